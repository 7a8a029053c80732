"""Who may write what is everybody's, and who may name a new record's id."""

import re

from ehr.access import Access, Power
from ehr.errors import Forbidden, NotFound
from ehr.search.shared import SHARED_TYPES

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def may_keep(access: Access, resource_type: str) -> None:
    """Raise Forbidden for the directory and definitions, unless the caller is of every ward.

    What is in them counts for all: a hospital that may write every type of its patients' records
    must not rename a ward or change what a code means.
    """
    if resource_type in SHARED_TYPES and not access.every_ward:
        raise Forbidden(f"{resource_type} is kept by those who administer the directory.")


def may_choose_id(access: Access, id: str) -> None:
    """Raise NotFound, as for any record that is not there, unless `access` may create this id.

    A free choice would tell what exists in other wards.
    """
    if Power.CHOOSE_IDS in access.powers:
        return
    if Power.CHOOSE_UUIDS in access.powers and _UUID.fullmatch(id):
        return
    raise NotFound
