"""Minimum necessary: who has no ward of their own must name a patient.

A hospital sees residents by grant. It finds one by CCCD and birth date together, or by an id it
was given, and then asks for that patient's records; it cannot list or guess.
"""

from ehr.access import Access, Power
from ehr.errors import Forbidden
from ehr.fhir.identifiers import CCCD, canonical_system
from ehr.search.compartment import is_of_one_resident
from ehr.search.kinds.reference import named_patients
from ehr.search.query import Filter, SearchQuery
from ehr.search.shared import SHARED_TYPES
from ehr.search.values import DateValue, TokenValue

_DAY_SECONDS = 24 * 60 * 60


def must_name_patient(access: Access) -> bool:
    """Whether the caller sees residents by grant alone, and only one that is named."""
    may_list = access.wards or access.every_ward or Power.UNFILTERED_SEARCH in access.powers
    return not may_list


def require_named_patient(query: SearchQuery, access: Access) -> None:
    """Raises Forbidden when the caller must name a patient and the query names none."""
    if must_name_patient(access):
        for one in query.types:
            _require_named_patient(query.of((one,)), one)


def _require_named_patient(query: SearchQuery, resource_type: str) -> None:
    if resource_type in SHARED_TYPES:
        return
    if query.compartment is not None and is_of_one_resident(query.compartment):
        return
    filters = tuple(one for one in query.filters if isinstance(one, Filter))
    if resource_type == "Patient":
        if not _names_resident(filters):
            raise Forbidden(
                "Name the resident: by CCCD and full birth date"
                f" (identifier={CCCD}|<number>&birthdate=<YYYY-MM-DD>), or by _id."
            )
    elif not any(map(_names_one, filters)):
        raise Forbidden(
            f"Name the patient whose {resource_type} you look for: patient=Patient/<id>."
        )


def _names_resident(filters: tuple[Filter, ...]) -> bool:
    if any(one.parameter.code == "_id" and _is_single(one) for one in filters):
        return True
    return any(map(_is_cccd, filters)) and any(map(_is_birthday, filters))


def _names_one(criterion: Filter) -> bool:
    return _is_asked(criterion) and len(named_patients(criterion)) == 1


def _is_asked(criterion: Filter) -> bool:
    return criterion.modifier not in ("missing", "not")


def _is_single(criterion: Filter) -> bool:
    return criterion.modifier is None and len(criterion.values) == 1


def _is_cccd(criterion: Filter) -> bool:
    value = criterion.values[0]
    return (
        criterion.parameter.code == "identifier"
        and _is_single(criterion)
        and isinstance(value, TokenValue)
        and canonical_system(value.system or "") == CCCD
        and value.code is not None
    )


def _is_birthday(criterion: Filter) -> bool:
    value = criterion.values[0]
    return (
        criterion.parameter.code == "birthdate"
        and _is_single(criterion)
        and isinstance(value, DateValue)
        and value.prefix == "eq"
        and (value.upper - value.lower).total_seconds() <= _DAY_SECONDS
    )
