"""Escapes in the values of a query string (http://hl7.org/fhir/R4/search.html#escaping).

A comma separates alternatives, a dollar the components of a composite, a bar the parts of a
token; behind a backslash they are themselves.
"""

import re

from ehr.search.parameter import Kind

_COMMA = re.compile(r"(?<!\\)((?:\\\\)*),")
_BAR = re.compile(r"(?<!\\)\|")
_WITH_BARS = frozenset({"token", "quantity", "reference", "special"})
_ESCAPED = re.compile(r"\\([,$\\])")


def alternatives(kind: Kind, text: str) -> list[str]:
    """The comma-separated values of `text`, which holds no NUL; a composite's still escaped."""
    texts = _COMMA.sub(lambda found: found[1] + "\x00", text).split("\x00")
    return texts if kind == "composite" else [unescaped(kind, one) for one in texts]


def unescaped(kind: Kind, text: str) -> str:
    """One value; the bar stays escaped where the kind needs to tell it from a separator."""
    found = _ESCAPED.sub(r"\1", text)
    return found if kind in _WITH_BARS else found.replace("\\|", "|")


def halves(text: str) -> tuple[str, str, str]:
    """`text` at its first bar, as `str.partition` does; a bar of the value comes as `\\|`."""
    first, *rest = (part.replace("\\|", "|") for part in _BAR.split(text, maxsplit=1))
    return (first, "|", rest[0]) if rest else (first, "", "")
