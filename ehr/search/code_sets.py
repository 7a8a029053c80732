"""`:in`, `:not-in`, `:above` and `:below` of a token as the codes that they stand for.

http://hl7.org/fhir/R4/search.html#token. ICD-10 and mime types tell by their spelling. Of all else
the value stays a question until `ehr.records.code_sets` asks the terminology, stored and shipped.
"""

from collections.abc import Iterable

from ehr.errors import InvalidQuery, TooCostly
from ehr.search.codings import below_category, below_mime_type
from ehr.search.parameter import Parameter
from ehr.search.values import CodesAsked, TokenSet, TokenValue
from ehr.terminology import icd10
from ehr.terminology.systems import ICD10_SYSTEMS

Codes = TokenSet | CodesAsked
_MIME_TYPES = "http://hl7.org/fhir/ValueSet/mimetypes"
MOST_CODES = 5000
"""Codes that one criterion can stand for."""
MOST_EXCLUDED = 1000
"""Codes of `:not-in`."""


def of_value_set(parameter: Parameter, url: str, *, excluded: bool = False) -> CodesAsked:
    """The codes of the value set `url`; raises InvalidQuery without one.

    `excluded` codes are looked for in every row that is walked, so they may be fewer.
    """
    if not url:
        raise InvalidQuery(f"{parameter.code} needs the URL of a value set.")
    return CodesAsked("in", url, None, MOST_EXCLUDED if excluded else MOST_CODES)


def below(parameter: Parameter, one: TokenValue) -> Codes:
    """`one` and what it subsumes; raises InvalidQuery, TooCostly."""
    if _MIME_TYPES in parameter.value_sets and one.code and not one.system:
        return TokenSet((TokenValue(*below_mime_type(one.code)),))
    system, code = _named(parameter, one)
    if system not in ICD10_SYSTEMS:
        return CodesAsked("below", system, code, MOST_CODES)
    found = _of_icd_10(parameter, code, icd10.below(code))
    return few(parameter, (_with_finer(system, each) for each in found))


def _with_finer(system: str, code: str) -> TokenValue:
    """The code; a category of ICD-10 by the token that all codes of it have."""
    if code == icd10.category(code):
        return TokenValue(*below_category(system, code))
    return TokenValue(system, code)


def above(parameter: Parameter, one: TokenValue) -> Codes:
    """`one` and what subsumes it; raises InvalidQuery, TooCostly."""
    system, code = _named(parameter, one)
    if system not in ICD10_SYSTEMS:
        return CodesAsked("above", system, code, MOST_CODES)
    found = _of_icd_10(parameter, code, icd10.above(code))
    return few(parameter, (TokenValue(system, each) for each in found))


def _of_icd_10(parameter: Parameter, code: str, found: frozenset[str] | None) -> list[str]:
    if found is None:
        raise InvalidQuery(f"{parameter.code}: {code[:64]!r} is no code of ICD-10.")
    return sorted(found)


def _named(parameter: Parameter, one: TokenValue) -> tuple[str, str]:
    if not one.system or one.code is None:
        raise InvalidQuery(f"{parameter.code}: a hierarchy needs system|code.")
    return one.system, one.code


def few(parameter: Parameter, values: Iterable[TokenValue], most: int | None = None) -> TokenSet:
    """The values as one set; raises TooCostly for more than `most`."""
    found, limit = tuple(values), MOST_CODES if most is None else most
    if len(found) > limit:
        raise TooCostly(f"{parameter.code}: a set of more than {limit} codes.")
    return TokenSet(found)
