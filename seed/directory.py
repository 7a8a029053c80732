"""Directory rows: wards, accounts, assignments and partners. What is there stays as it is.

An assignment that was ended, an account that was disabled or a partner that was limited since
is not brought back by another run.
"""

from dataclasses import replace

from ehr import clock
from ehr.access import EVERY_LABEL, Access, Power, Role, Verb
from ehr.db import Database, Tx
from ehr.errors import EhrError
from seed import wards
from seed.records import clinician_id
from seed.staff import PARTNERS, SYSTEM_CLIENT, accounts

_ACCOUNTS = """
INSERT INTO account (issuer, created_at, kind, external_id, login, name, practitioner)
SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING"""
_ASSIGNMENTS = """
INSERT INTO staff_assignment (account_id, ward_id, role, valid_from)
SELECT a.id, t.ward, t.role, %s
FROM unnest(%s::text[], %s::integer[], %s::text[]) AS t(external_id, ward, role)
JOIN account a ON a.issuer = %s AND a.external_id = t.external_id
WHERE NOT EXISTS (
  SELECT FROM staff_assignment s
  WHERE s.account_id = a.id AND s.ward_id IS NOT DISTINCT FROM t.ward AND s.role = t.role)"""
_PARTNER = """
INSERT INTO partner (account_id, organization_id, every_ward, types, labels, powers)
SELECT id, %s, %s, %s, %s, %s FROM account WHERE issuer = %s AND external_id = %s
ON CONFLICT DO NOTHING"""


class NoSystemAccount(EhrError):
    """The directory has no account `system` of this issuer, as which the seed writes."""


async def write_directory(db: Database, issuer: str) -> None:
    """Wards, and the accounts of `issuer` with where they work and what they may."""
    async with db.administration() as tx:
        await wards.write_rows(tx)
        await _write_accounts(tx, issuer)
        await _write_partners(tx, issuer)


async def system_access(db: Database, issuer: str) -> Access:
    """The caller as whom the seed writes: the client `system`, with every right."""
    rows = await db.fetch_directory(
        "SELECT id FROM account WHERE issuer = %s AND external_id = %s", (issuer, SYSTEM_CLIENT)
    )
    if not rows:
        raise NoSystemAccount
    return Access(
        account=rows[0][0],
        client=SYSTEM_CLIENT,
        roles=frozenset({Role.SYSTEM}),
        rights=frozenset(("*", verb) for verb in Verb),
        every_ward=True,
        labels=EVERY_LABEL,
        powers=frozenset(Power),
        purpose="HTEST",
    )


async def clinician_access(db: Database, issuer: str, ward: str, system: Access) -> Access:
    """The rights of `system` in the name of a ward's clinician, who thus is the visits' author."""
    rows = await db.fetch_directory(
        "SELECT id FROM account WHERE issuer = %s AND practitioner = %s",
        (issuer, f"Practitioner/{clinician_id(wards.ward(ward))}"),
    )
    return replace(system, account=rows[0][0]) if rows else system


async def _write_accounts(tx: Tx, issuer: str) -> None:
    made = accounts()
    fields = ("kind", "external_id", "login", "name", "practitioner")
    columns = [[getattr(account, field) for account in made] for field in fields]
    await tx.execute(_ACCOUNTS, [issuer, clock.now(), *columns])
    assigned = [
        (account.external_id, ward, role) for account in made for role, ward in account.roles
    ]
    columns = [list(column) for column in zip(*assigned, strict=True)]
    await tx.execute(_ASSIGNMENTS, [wards.VALID_FROM, *columns, issuer])


async def _write_partners(tx: Tx, issuer: str) -> None:
    for partner in PARTNERS:
        limits = (partner.organization, partner.every_ward, list(partner.types))
        powers = [str(power) for power in partner.powers]
        await tx.execute(_PARTNER, (*limits, int(partner.labels), powers, issuer, partner.client))
