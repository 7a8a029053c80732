"""What a client may do at most, by agreement: its types, wards, labels and powers."""

from dataclasses import dataclass

from ehr.access import Label, Power
from ehr.db import Database


@dataclass(frozen=True, slots=True)
class Partner:
    """A row of `partner`; `types` holds resource types or `*`."""

    account: int
    organization: str | None
    every_ward: bool
    types: frozenset[str]
    labels: Label
    powers: frozenset[Power]


async def of_account(db: Database, account_id: int) -> Partner | None:
    """The agreement with a client, or None; an unknown power is no power."""
    rows = await db.fetch_directory(
        "SELECT account_id, organization_id, every_ward, types, labels, powers FROM partner"
        " WHERE account_id = %s",
        (account_id,),
    )
    if not rows:
        return None
    account, organization, every_ward, types, labels, powers = rows[0]
    known = frozenset(power for power in Power if power in powers)
    return Partner(account, organization, every_ward, frozenset(types), Label(labels), known)
