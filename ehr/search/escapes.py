"""Escapes in the values of a query string (http://hl7.org/fhir/R4/search.html#escaping).

A comma separates alternatives, a dollar the components of a composite, a bar the parts of a
token; behind a backslash they are themselves.
"""

import re

from ehr.search.parameter import Kind

_COMMA = re.compile(r"(?<!\\)((?:\\\\)*),")
_ESCAPED = re.compile(r"\\([,$\\])")


def alternatives(kind: Kind, text: str) -> list[str]:
    """The comma-separated values of `text`, which holds no NUL; a composite's still escaped."""
    texts = _COMMA.sub(lambda found: found[1] + "\x00", text).split("\x00")
    return texts if kind == "composite" else [unescaped(kind, one) for one in texts]


def unescaped(kind: Kind, text: str) -> str:
    """One value; the bar stays escaped where the kind needs to tell it from a separator."""
    found = _ESCAPED.sub(r"\1", text)
    return found if kind in ("token", "quantity") else found.replace("\\|", "|")
