"""Who may name a new record's id: a free choice would tell what exists in other wards."""

import re

from ehr.access import Access, Power
from ehr.errors import NotFound

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def may_choose_id(access: Access, id: str) -> None:
    """Raise NotFound, as for any record that is not there, unless `access` may create this id."""
    if Power.CHOOSE_IDS in access.powers:
        return
    if Power.CHOOSE_UUIDS in access.powers and _UUID.fullmatch(id):
        return
    raise NotFound
