"""What is typed or scanned into the one search box, as searches on Patient.

The digits say what they are: 12 a CCCD, 10 or 15 characters a BHYT number, 0… a phone, four the
end of a number or a year; anything else is words of a name, in any order and without marks, perhaps
with a year. A QR code of a CCCD or BHYT card begins with its number.
"""

import re
from datetime import date

from ehr.care.build.patient import national_phone
from ehr.fhir.dates import bounds
from ehr.fhir.identifiers import BHYT, CCCD
from ehr.i18n.names import words
from ehr.search.query import Filter
from ehr.search.registry import parameters
from ehr.search.values import DateValue, TextValue, TokenValue

MOST_WORDS = 8
"""Longer texts are cut: no name has more words."""

_SEPARATORS = re.compile(r"[\s.\-()]+")
_CCCD = re.compile(r"[0-9]{12}")
_BHYT = re.compile(r"[0-9]{10}|[A-Z]{2}[1-5][0-9]{12}")
_PHONE = re.compile(r"(?:0|\+84)[1-9][0-9]{7,9}")
_TAIL = re.compile(r"[0-9]{4}")

Search = tuple[Filter, ...]


def searches(text: str, today: date) -> list[Search]:
    """The searches that `text` may mean, likeliest first; none for what cannot be searched.

    A resident is wanted who meets any of them.
    """
    scanned = text.split("|", 1)[0].strip()
    number = _SEPARATORS.sub("", scanned).upper()
    if any(char.isdecimal() for char in number) and (found := _numbered(number, today)):
        return found
    return _named(words(text)[:MOST_WORDS], today)


def _numbered(number: str, today: date) -> list[Search]:
    found: list[Search] = []
    if _CCCD.fullmatch(number):
        found += [_token("identifier", CCCD, number), _token("identifier", BHYT, number)]
    if _PHONE.fullmatch(number):
        found.append(_token("phone", None, national_phone(number)))
    if _BHYT.fullmatch(number):
        found.append(_token("identifier", BHYT, number))
    if _TAIL.fullmatch(number):
        found += [_token("identifier-tail", None, number), _token("phone-tail", None, number)]
        if _is_year(number, today):
            found.append((_born(number),))
    return found


def _named(typed: list[str], today: date) -> list[Search]:
    """Every word of the name must be met; a year among the words is the birth year."""
    years = [word for word in typed if _is_year(word, today)]
    names = [word for word in typed if word not in years]
    if not any(char.isalpha() for name in names for char in name):
        return []
    parameter = parameters("Patient")["name"]
    by_name = tuple(Filter(parameter, None, (TextValue(word),)) for word in names)
    return [by_name + tuple(_born(year) for year in years)]


def _is_year(word: str, today: date) -> bool:
    return bool(_TAIL.fullmatch(word)) and 1900 <= int(word) <= today.year


def _token(code: str, system: str | None, value: str) -> Search:
    return (Filter(parameters("Patient")[code], None, (TokenValue(system, value),)),)


def _born(year: str) -> Filter:
    return Filter(parameters("Patient")["birthdate"], None, (DateValue("eq", *bounds(year)),))
