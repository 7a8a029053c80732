"""Whose a record is, and that an update leaves it so.

A record's rows lie with its patient: who may see them must not see another's record.
"""

import re
from collections.abc import Mapping, Sequence

from ehr.access import SHARED, Access, Power
from ehr.errors import Unprocessable
from ehr.fhir.reference import walk
from ehr.fhir.resource import Resource
from ehr.ingest.place import given_to, subjects
from ehr.ingest.targets import Target, local_key
from ehr.records.lock import Current, Key

_PART_OF_VISIT = re.compile(
    r"\w+\.(encounter|context)\.reference|Encounter\.diagnosis\[\d+\]\.condition\.reference"
)


def require_same_patient(
    resource: Resource,
    row: Current | None,
    targets: Mapping[Key, Target],
    bases: Sequence[str],
    access: Access,
) -> None:
    """Raises Unprocessable when an update makes a record another patient's, or nobody's."""
    if row is None or resource["resourceType"] == "Patient" or row.ward == SHARED:
        return
    if row.pat is None and Power.DANGLING_REFERENCES in access.powers:
        return  # stored before its patient was here
    if given_to(resource, row.pat, targets, bases) is not None:
        return
    about = subjects(resource, targets, bases)
    stays = row.pat in about if row.pat is not None else not about
    if not stays:
        raise Unprocessable(
            "A record stays with the patient whom it was stored for; store a new one.",
            code="business-rule",
            details="another-patient",
        )


def require_own_visit(
    resource: Resource,
    own: int | None,
    targets: Mapping[Key, Target],
    bases: Sequence[str],
    access: Access,
) -> None:
    """Raises Unprocessable unless a visit and its parts are one patient's, `own`.

    Its row shows them together.
    """
    if own is None or Power.DANGLING_REFERENCES in access.powers:
        return
    if resource.keys().isdisjoint(("encounter", "context", "diagnosis")):
        return
    for path, holder, name in walk(resource):
        if not _PART_OF_VISIT.fullmatch(path):
            continue
        key = local_key(holder[name], bases)
        other = targets[key].pat if key is not None and key in targets else own
        if other != own and key is not None and key[0] in {"Encounter", "Condition"}:
            raise Unprocessable(
                "A visit and what belongs to it are of one patient.",
                code="business-rule",
                expression=path,
                details="another-patient",
            )
