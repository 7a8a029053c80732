"""`:missing` for every kind: whether a resource has any value of a parameter.

http://hl7.org/fhir/R4/search.html#missing. Tokens tell their parameter, so a range of them is
enough; keys leave one token; the columns are null; the side tables are asked for a row.
"""

from ehr.search.hashing import installed, token_range
from ehr.search.numbers import NO_PATIENT
from ehr.search.parameter import Parameter, Storage
from ehr.search.sql import FALSE, Sql, either, every, negated

_SIDE_TABLES: dict[Storage, str] = {
    "string": "index_string",
    "dates": "index_date",
    "quantity": "index_quantity",
}


def missing(parameter: Parameter) -> Sql:
    """Rows without a value of `parameter`."""
    return every(_missing(one) for one in parameter.stored)


def present(parameter: Parameter) -> Sql:
    """Rows with a value of `parameter`."""
    return negated(missing(parameter))


def _missing(parameter: Parameter) -> Sql:
    storage = parameter.storage
    if storage in ("id", "lu"):
        return FALSE
    if storage == "date":
        return Sql("i.dlo IS NULL")
    if storage in _SIDE_TABLES:
        return Sql(
            f"NOT EXISTS (SELECT FROM {_SIDE_TABLES[storage]} x WHERE x.bucket = i.bucket"
            " AND x.rid = i.rid AND x.param = %s)",
            (parameter.number,),
        )
    without_token = negated(_has_token(parameter))
    if storage == "enc":
        return every([Sql("i.enc IS NULL"), without_token])
    if storage == "pat":
        marker = installed().hasher.token(NO_PATIENT, None, None)
        return every([Sql("%s = ANY (i.tok)", (marker,)), without_token])
    return without_token


def _has_token(parameter: Parameter) -> Sql:
    found = Sql(
        "EXISTS (SELECT FROM unnest(i.tok) AS t(v) WHERE t.v BETWEEN %s AND %s)",
        token_range(parameter.number),
    )
    if parameter.storage != "code":
        return found
    return either([Sql("i.code IS NOT NULL"), found])
