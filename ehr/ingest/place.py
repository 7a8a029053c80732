"""Which ward a record belongs to, and in which bucket its rows lie (docs/architecture.md).

- A Patient: the ward of managingOrganization; without one the author's, if there is exactly one;
  otherwise none (0). Only a transfer moves it.
- What is in a patient's compartment, or says beyond it whose it is (`ehr.search.patients`): the
  patient's ward and bucket; the subject counts, and no update makes it another's.
- Directory and definitions: shared (-1). Anything else: the author's ward.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ehr.access import SHARED, UNASSIGNED, Access, Label
from ehr.directory.wards import Ward
from ehr.errors import Forbidden
from ehr.fhir.definitions import search_parameter_definitions
from ehr.fhir.path import compile_path
from ehr.fhir.resource import Resource
from ehr.ingest.targets import Target, local_key
from ehr.records.lock import Key
from ehr.search.patients import BY_PROXY, beyond, leading
from ehr.search.shared import SHARED_TYPES

BUCKETS_A_WARD = 4

Look = Callable[[Resource], list[Any]]
"""A getter of what one search parameter meets."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record's rows lie and who may read them."""

    bucket: int
    ward: int
    pat: int | None


def bucket_of(rid: int) -> int:
    """The bucket in a rid."""
    return rid >> 48


def rid_in(bucket: int, number: int) -> int:
    """The rid of row `number` in `bucket`."""
    return bucket << 48 | number


def place_patient(
    resource: Resource,
    number: int,
    *,
    access: Access,
    wards: Mapping[str, Ward],
    bases: Sequence[str],
) -> Place:
    """The place of a new Patient; raises Forbidden for a ward that is not the caller's.

    `wards` is by the id of the ward's Organization.
    """
    ward = managing_ward(resource, wards, bases)
    if ward is None:
        ward = access.home_ward or UNASSIGNED
    if not access.every_ward and ward not in access.wards:
        raise Forbidden(
            "A resident is registered in a ward of your own.",
            expression="Patient.managingOrganization",
        )
    bucket = _bucket_in(ward, number)
    return Place(bucket, ward, rid_in(bucket, number))


def managing_ward(
    resource: Resource, wards: Mapping[str, Ward], bases: Sequence[str]
) -> int | None:
    """The ward that Patient.managingOrganization names, if it is a ward's Organization."""
    text = (resource.get("managingOrganization") or {}).get("reference")
    key = local_key(text, bases) if text else None
    ward = wards.get(key[1]) if key and key[0] == "Organization" else None
    return ward.id if ward else None


def place_other(
    resource: Resource,
    number: int,
    *,
    access: Access,
    targets: Mapping[Key, Target],
    bases: Sequence[str],
) -> Place:
    """The place of a new record that is no Patient."""
    kind = resource["resourceType"]
    if kind in SHARED_TYPES:
        return Place(0, SHARED, None)
    patient = next(_patients(resource, targets, bases), None)
    if patient is not None:
        return Place(bucket_of(patient.rid), patient.ward, patient.rid)
    ward = access.home_ward or UNASSIGNED
    return Place(_bucket_in(ward, number), ward, None)


def by_proxy(resource: Resource, targets: Mapping[Key, Target], bases: Sequence[str]) -> Label:
    """The labels of the record that stands for a resource which tells nothing of itself."""
    if resource["resourceType"] != BY_PROXY:
        return Label.NONE
    text = (resource.get("securityContext") or {}).get("reference")
    key = local_key(text, bases) if text else None
    target = targets.get(key) if key else None
    return target.label if target else Label.NONE


def given_to(
    resource: Resource, pat: int | None, targets: Mapping[Key, Target], bases: Sequence[str]
) -> Target | None:
    """The patient whom a record without one now names; None: it stays where it is.

    So does a device that lay in stock. Only what is beyond the compartment, which holds no figures.
    """
    if pat is not None or resource["resourceType"] not in beyond():
        return None
    return next(_patients(resource, targets, bases), None)


def subjects(
    resource: Resource, targets: Mapping[Key, Target], bases: Sequence[str]
) -> frozenset[int]:
    """Rids of the patients whom a record is about: all that the first reference to any names."""
    for look in _ways_to_patient(resource["resourceType"]):
        found = frozenset(one.rid for one in _patients_at(look, resource, targets, bases))
        if found:
            return found
    return frozenset()


def _bucket_in(ward: int, number: int) -> int:
    return ward * BUCKETS_A_WARD + number % BUCKETS_A_WARD


def _patients(
    resource: Resource, targets: Mapping[Key, Target], bases: Sequence[str]
) -> Iterator[Target]:
    for look in _ways_to_patient(resource["resourceType"]):
        yield from _patients_at(look, resource, targets, bases)


def _patients_at(
    look: Look, resource: Resource, targets: Mapping[Key, Target], bases: Sequence[str]
) -> Iterator[Target]:
    for value, _ in look(resource):
        text = value.get("reference") if type(value) is dict else None
        key = local_key(text, bases) if text else None
        target = targets.get(key) if key else None
        if key is None or target is None:
            continue
        if key[0] == "Patient":
            yield target
        elif resource["resourceType"] == BY_PROXY and target.pat is not None:
            yield replace(target, rid=target.pat)


@cache
def _ways_to_patient(kind: str) -> tuple[Look, ...]:
    """Getters of the references to a patient, the subject's first."""
    if kind == BY_PROXY:
        return (compile_path(f"{BY_PROXY}.securityContext", BY_PROXY),)
    expressions = {
        one.code: one.expression
        for one in search_parameter_definitions()
        if kind in one.base and one.expression
    }
    return tuple(
        compile_path(expressions[code], kind) for code in leading(kind) if code in expressions
    )
