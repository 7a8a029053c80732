"""Code systems that no list can hold: languages, mime types and units are told by their grammar.

A value set of the specification that includes such a system (`GRAMMARS` by its url) holds a code
if the code can be written so; whether a language or a type of media is registered is not known.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ehr.fhir.ucum import unit

LANGUAGES = "urn:ietf:bcp:47"
MIME_TYPES = "urn:ietf:bcp:13"
UNITS = "http://unitsofmeasure.org"

_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Grammar:
    """`holds` tells of a code whether it is one of the system; `wanted` says what it must be."""

    system: str
    wanted: str
    holds: Callable[[str], bool]


# RFC 5646, 2.1. A language of four letters is reserved there and none of five to eight is
# registered, so that `english` is no language; the irregular tags are those that 2.2.8 lists.
_IRREGULAR = (
    "en-gb-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|i-mingo|i-navajo|i-pwn"
    "|i-tao|i-tay|i-tsu|sgn-be-fr|sgn-be-nl|sgn-ch-de"
)
_LANGUAGE = re.compile(
    rf"(?:[a-z]{{2,3}}(?:-[a-z]{{3}}){{0,3}}(?:-[a-z]{{4}})?(?:-(?:[a-z]{{2}}|[0-9]{{3}}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    rf"(?:-x(?:-[a-z0-9]{{1,8}})+)?|x(?:-[a-z0-9]{{1,8}})+|{_IRREGULAR})",
    re.IGNORECASE | re.ASCII,
)


def is_language(code: str) -> bool:
    """Whether `code` is a well-formed language tag of BCP 47, such as vi or zh-Hant-TW."""
    return len(code) <= _LONGEST and _LANGUAGE.fullmatch(code) is not None


# RFC 6838, 4.2 the names; RFC 2045, 5.1 the parameters. HL7's own examples of Endpoint have
# values with white space and without quotes, so those are taken.
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+\-]{0,126}"
_MIME = re.compile(
    rf"{_NAME}/{_NAME}(?:\s*;\s*[A-Za-z0-9!#$%&'*+.^_`|~\-]+="
    r"(?:[!#-:<-~]+(?: +[!#-:<-~]+)*|\"(?:[^\"\\]|\\.)*\"))*",
    re.ASCII,
)
_SHORT = frozenset({"xml", "json", "ttl", "none"})
"""What FHIR says in CapabilityStatement.format and in TestScript instead of a type of media."""


def is_mime_type(code: str) -> bool:
    """Whether `code` is a type of media of BCP 13, with parameters if it likes."""
    return len(code) <= _LONGEST and _MIME.fullmatch(code) is not None


def _is_mime_type_or_short(code: str) -> bool:
    return code in _SHORT or is_mime_type(code)


def is_unit(code: str) -> bool:
    """Whether `code` is a unit of UCUM."""
    return unit(code) is not None


def _measuring_like(example: str) -> Callable[[str], bool]:
    """Whether a code is a unit that is commensurable with `example`."""
    like = unit(example)
    assert like is not None  # noqa: S101 - an atom of UCUM, given below

    def holds(code: str) -> bool:
        found = unit(code)
        return found is not None and found.code == like.code

    return holds


_VALUE_SET = "http://hl7.org/fhir/ValueSet/"
GRAMMARS: Mapping[str, Grammar] = {
    f"{_VALUE_SET}all-languages": Grammar(
        LANGUAGES, "a language tag of BCP 47 such as vi or zh-Hant", is_language
    ),
    f"{_VALUE_SET}mimetypes": Grammar(
        MIME_TYPES, "a mime type such as text/plain", _is_mime_type_or_short
    ),
    "http://www.rfc-editor.org/bcp/bcp13.txt": Grammar(
        MIME_TYPES, "a mime type such as text/cql", is_mime_type
    ),
    f"{_VALUE_SET}ucum-units": Grammar(UNITS, "a unit of UCUM", is_unit),
    f"{_VALUE_SET}all-time-units": Grammar(
        UNITS, "a unit of time in UCUM such as a, mo, d or min", _measuring_like("a")
    ),
    f"{_VALUE_SET}all-distance-units": Grammar(
        UNITS, "a unit of length in UCUM such as m or km", _measuring_like("m")
    ),
}
"""Value set of the specification → the grammar of its codes."""

SYSTEMS: Mapping[str, Grammar] = {
    LANGUAGES: Grammar(LANGUAGES, "a language tag of BCP 47", is_language),
    MIME_TYPES: Grammar(MIME_TYPES, "a mime type", is_mime_type),
    UNITS: Grammar(UNITS, "a unit of UCUM", is_unit),
}
"""Code system → the grammar of its codes."""
