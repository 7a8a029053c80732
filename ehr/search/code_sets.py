"""`:in`, `:not-in`, `:above` and `:below` of a token as the codes that they stand for.

http://hl7.org/fhir/R4/search.html#token. The terminology is asked when the value is read, so that
the criterion holds plain codes. What it does not know may be stored in the database: such a value
stays a question until `ehr.records.code_sets` answers it, or refuses it with 400.
"""

from collections.abc import Iterable
from typing import Literal

from ehr.errors import InvalidQuery, TooCostly
from ehr.search.codings import below_category, below_mime_type
from ehr.search.parameter import Parameter
from ehr.search.values import CodesAsked, TokenSet, TokenValue
from ehr.terminology import icd10
from ehr.terminology.membership import ancestors, descendants, expand_codes
from ehr.terminology.systems import ICD10

Codes = TokenSet | CodesAsked
_MIME_TYPES = "http://hl7.org/fhir/ValueSet/mimetypes"
MOST_CODES = 5000
"""Codes that one criterion can stand for."""
MOST_EXCLUDED = 1000
"""Codes of `:not-in`."""


def of_value_set(parameter: Parameter, url: str, *, excluded: bool = False) -> Codes:
    """The codes of the value set `url`; raises InvalidQuery, TooCostly.

    `excluded` codes are looked for in every row that is walked, so they may be fewer.
    """
    if not url:
        raise InvalidQuery(f"{parameter.code} needs the URL of a value set.")
    most = MOST_EXCLUDED if excluded else MOST_CODES
    found = expand_codes(url)
    if found is None:
        return CodesAsked("in", url, None, most)
    return few(parameter, (TokenValue(system, code) for system, code in sorted(found)), most)


def below(parameter: Parameter, one: TokenValue) -> Codes:
    """`one` and what it subsumes; raises InvalidQuery, TooCostly."""
    if _MIME_TYPES in parameter.value_sets and one.code and not one.system:
        return TokenSet((TokenValue(*below_mime_type(one.code)),))
    system, code = _named(parameter, one)
    found = descendants(system, code)
    if found is None:
        return _elsewhere(parameter, "below", system, code)
    return few(parameter, (_with_finer(system, each) for each in sorted(found)))


def _with_finer(system: str, code: str) -> TokenValue:
    """The code; a category of ICD-10 by the token that all codes of it have."""
    if system == ICD10 and code == icd10.category(code):
        return TokenValue(*below_category(code))
    return TokenValue(system, code)


def above(parameter: Parameter, one: TokenValue) -> Codes:
    """`one` and what subsumes it; raises InvalidQuery, TooCostly."""
    system, code = _named(parameter, one)
    found = ancestors(system, code)
    if found is None:
        return _elsewhere(parameter, "above", system, code)
    return few(parameter, (TokenValue(system, each) for each in sorted(found)))


def _named(parameter: Parameter, one: TokenValue) -> tuple[str, str]:
    if not one.system or one.code is None:
        raise InvalidQuery(f"{parameter.code}: a hierarchy needs system|code.")
    return one.system, one.code


def _elsewhere(
    parameter: Parameter, relation: Literal["above", "below"], system: str, code: str
) -> CodesAsked:
    if system == ICD10:
        raise InvalidQuery(f"{parameter.code}: {code[:64]!r} is no code of ICD-10.")
    return CodesAsked(relation, system, code, MOST_CODES)


def few(parameter: Parameter, values: Iterable[TokenValue], most: int | None = None) -> TokenSet:
    found, limit = tuple(values), MOST_CODES if most is None else most
    if len(found) > limit:
        raise TooCostly(f"{parameter.code}: a set of more than {limit} codes.")
    return TokenSet(found)
