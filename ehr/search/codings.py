"""The codes that a value has, as tokens are indexed and compared.

A code with a system is found in three forms: with its system, in any system, and the system
alone. A bare `code` element has an implied system, so it has one form and the query checks the
system. Identifiers and telephone numbers have spellings that mean the same.
"""

import re
from collections.abc import Iterable
from typing import Any

from ehr.fhir.identifiers import BHYT, CCCD, canonical_system
from ehr.search.parameter import Parameter
from ehr.terminology import icd10
from ehr.terminology.systems import ICD10_SYSTEMS

Form = tuple[str | None, str | None]
"""(system, code): None, code: in any system; "", code: in none; system, None: any code of it."""

BELOW = "\x04"
"""Begins a code that stands for a category: never that of a coding itself."""
_NOT_DIGIT = re.compile(r"[\s().\-/]+")
_PHONE = re.compile(r"\+?\d{4,}")
_MOST_TYPES = 4
"""Type codings of one identifier that `:of-type` finds."""


def forms(system: str | None, code: str | None) -> Iterable[Form]:
    """What finds a coding; system None is a bare element."""
    if code is not None:
        yield (None, code)
        if system is None and "/" in code:
            yield below_mime_type(code)
        if system is not None:
            yield (system, code)
            if system in ICD10_SYSTEMS and (above := icd10.category(code)) is not None:
                yield below_category(system, above)
    if system:
        yield (system, None)


def below_category(system: str, category: str) -> Form:
    """The form of every ICD-10 code of a category, for `:below`."""
    return system, f"{BELOW}{category}"


def below_mime_type(code: str) -> Form:
    """The form of a mime type without what follows its semicolon, for `:below`."""
    return None, f"{BELOW}{code.partition(';')[0].strip().lower()}"


def of_type(system: str, code: str, value: str) -> tuple[str, str]:
    """The form of an identifier's value and a coding of its type, for `:of-type`."""
    return f"\x05{system}\x1f{code}", value


def codings(value: Any, kind: str) -> Iterable[Form]:
    """(system, code) of a coded value; system None for a bare element."""
    if kind == "CodeableConcept":
        for coding in value.get("coding", ()):
            yield coding.get("system", ""), coding.get("code")
    elif kind == "Coding":
        yield value.get("system", ""), value.get("code")
    elif type(value) is bool:
        yield None, "true" if value else "false"
    elif type(value) is str:
        yield None, folded(value) if kind == "string" else value


def folded(text: str) -> str:
    """A text that is searched as a token, in small letters (R4: not case-sensitive)."""
    return text.casefold()


def unique(parameter: Parameter, value: Any, kind: str) -> Iterable[Form]:
    """(system, code) of what is nearly unique: an identifier, a contact, a text."""
    if "Tail" in parameter.types:
        yield from _tails(value, kind)
    elif kind == "Identifier":
        system = canonical_system(value.get("system", ""))
        for text in spellings(system, value.get("value")):
            yield system, text
    elif kind == "ContactPoint":
        text = value.get("value")
        yield value.get("system", ""), contact(text) if text else None
    else:
        yield from codings(value, kind)


def typed(value: Any, kind: str) -> Iterable[tuple[str, str]]:
    """What `:of-type` finds of an identifier."""
    text = value.get("value") if kind == "Identifier" else None
    if text:
        found = value.get("type", {}).get("coding", ())[:_MOST_TYPES]
        yield from (
            of_type(one.get("system", ""), one["code"], text) for one in found if "code" in one
        )


def spellings(system: str, value: str | None) -> Iterable[str | None]:
    """A BHYT card of 15 characters ends in the 10 digits that newer cards show alone."""
    yield value
    if system == BHYT and value is not None and len(value) == 15:
        yield value[-10:]


def contact(value: str) -> str:
    """A telephone number as its digits, +84 as 0; an address of any other kind in small letters."""
    digits = _NOT_DIGIT.sub("", value)
    if not _PHONE.fullmatch(digits):
        return value.lower()
    return "0" + digits[3:] if digits.startswith("+84") else digits


def _tails(value: dict[str, Any], kind: str) -> Iterable[Form]:
    """The last four digits of a CCCD, or of a telephone number."""
    text = value.get("value")
    if not text or (kind == "Identifier" and canonical_system(value.get("system", "")) != CCCD):
        return
    tail = (contact(text) if kind == "ContactPoint" else text)[-4:]
    if len(tail) == 4 and tail.isdecimal():
        yield None, tail
