"""References by the identifier of their target: `subject:identifier=system|value`.

http://hl7.org/fhir/R4/search.html#reference: what is asked for is `Reference.identifier`, not the
identifiers of the resource that is referred to. Its spellings are those of tokens.
"""

from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.identifiers import canonical_system
from ehr.search.codings import Form, forms, spellings
from ehr.search.escapes import halves
from ehr.search.hashing import installed
from ehr.search.parameter import Parameter
from ehr.search.rows import Rows
from ehr.search.sql import Sql
from ehr.search.values import TokenValue, Value

IDENTIFIER = "identifier"
"""The modifier."""


def index(number: int, reference: Any, rows: Rows) -> None:
    """Add the identifier of a Reference, if it has one."""
    identifier = reference.get("identifier") if type(reference) is dict else None
    if type(identifier) is not dict or "resourceType" in reference:
        return
    system = canonical_system(identifier.get("system", ""))
    for text in spellings(system, identifier.get("value")):
        rows.keys.update(_key(number, form) for form in forms(system, text))


def _key(number: int, form: Form) -> int:
    system, value = ("\x00" if part is None else part for part in form)
    return installed().hasher.key(number, IDENTIFIER, system, value)


def parse(parameter: Parameter, text: str) -> TokenValue:
    """The identifier in `text`: value, system|value, |value or system|; raises InvalidQuery."""
    system, bar, value = halves(text)
    if not bar:
        system, value = "", system
    if not (system or value):
        raise InvalidQuery(f"{parameter.code}:identifier is written value or system|value.")
    return TokenValue(system if bar else None, value or None)


def where(parameter: Parameter, values: Iterable[Value]) -> Sql:
    """Rows with a reference that has any of the identifiers."""
    wanted = [_form(one) for one in values if isinstance(one, TokenValue)]
    keys = [_key(stored.number, form) for stored in parameter.stored for form in wanted]
    return Sql(
        "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
        " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
        (keys,),
    )


def _form(value: TokenValue) -> Form:
    if not value.system:
        return value.system, value.code
    system = canonical_system(value.system)
    return system, [*spellings(system, value.code)][-1]
