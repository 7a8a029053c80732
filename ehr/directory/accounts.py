"""People, partner clients and services that may ask, and where they work.

A person is (issuer, fhirUser), a client (issuer, client id); `sub`, which an identity server
may hand to someone else after a restore, is bound to the row at its first use.
"""

from dataclasses import dataclass
from datetime import date, datetime

from ehr.config import Settings
from ehr.db import Database, Row

DEMO_ISSUER = "demo"
"""`account.issuer` of the demo's people: its URL changes with the port, they do not."""

_COLUMNS = (
    "SELECT id, kind, issuer, external_id, subject, login, name, practitioner, disabled_at"
    " FROM account"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A row of `account`; `kind` is person, client or service."""

    id: int
    kind: str
    issuer: str
    external_id: str
    subject: str | None
    login: str | None
    name: str
    practitioner: str | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role in a ward on the day asked for; `ward` None is the whole city."""

    ward: int | None
    role: str


def issuer_name(settings: Settings) -> str:
    """What `account.issuer` holds for the tokens this installation accepts."""
    return settings.issuer or DEMO_ISSUER


async def find(db: Database, issuer: str, external_id: str) -> Account | None:
    """The account of a `fhirUser` or client id at `issuer`, disabled or not; None if unknown."""
    rows = await db.fetch_directory(
        f"{_COLUMNS} WHERE issuer = %s AND external_id = %s", (issuer, external_id)
    )
    return _account(rows[0]) if rows else None


async def by_login(db: Database, issuer: str, login: str) -> Account | None:
    """The account that logs in as `login` at `issuer`, or None."""
    rows = await db.fetch_directory(f"{_COLUMNS} WHERE issuer = %s AND login = %s", (issuer, login))
    return _account(rows[0]) if rows else None


async def by_subject(db: Database, issuer: str, subject: str) -> Account | None:
    """The account that is bound to `sub` at `issuer`, or None."""
    rows = await db.fetch_directory(
        f"{_COLUMNS} WHERE issuer = %s AND subject = %s ORDER BY id", (issuer, subject)
    )
    return _account(rows[0]) if rows else None


async def by_id(db: Database, account_id: int) -> Account | None:
    """The account of this row number, or None."""
    rows = await db.fetch_directory(f"{_COLUMNS} WHERE id = %s", (account_id,))
    return _account(rows[0]) if rows else None


async def all_of(db: Database, issuer: str) -> tuple[Account, ...]:
    """Every account of an issuer, in the order of their logins."""
    rows = await db.fetch_directory(f"{_COLUMNS} WHERE issuer = %s ORDER BY login, id", (issuer,))
    return tuple(_account(row) for row in rows)


async def bind_subject(db: Database, account_id: int, subject: str) -> bool:
    """Bind `sub` if none is bound yet; whether this account is bound to `subject` now."""
    async with db.administration() as tx:
        await tx.execute(
            "UPDATE account SET subject = %s WHERE id = %s AND subject IS NULL",
            (subject, account_id),
        )
        rows = await tx.fetch(
            "SELECT subject = %s FROM account WHERE id = %s", (subject, account_id)
        )
    return bool(rows and rows[0][0])


async def set_disabled(db: Database, account_id: int, at: datetime | None) -> None:
    """Disable an account from an instant on, or enable it again with None."""
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET disabled_at = %s WHERE id = %s", (at, account_id))


async def disabled(db: Database) -> frozenset[int]:
    """Row numbers of the accounts that may no longer ask."""
    rows = await db.fetch_directory("SELECT id FROM account WHERE disabled_at IS NOT NULL")
    return frozenset(row[0] for row in rows)


async def assignments(db: Database, account_id: int, on: date) -> tuple[Assignment, ...]:
    """Where an account works on a day, and as what; [valid_from, valid_to)."""
    rows = await db.fetch_directory(
        "SELECT ward_id, role FROM staff_assignment WHERE account_id = %s"
        " AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s) ORDER BY id",
        (account_id, on, on),
    )
    return tuple(Assignment(*row) for row in rows)


async def all_assignments(db: Database, issuer: str, on: date) -> dict[int, tuple[Assignment, ...]]:
    """The same for every account of an issuer, by its row number; who works nowhere is left out."""
    rows = await db.fetch_directory(
        "SELECT s.account_id, s.ward_id, s.role FROM staff_assignment s"
        " JOIN account a ON a.id = s.account_id WHERE a.issuer = %s"
        " AND s.valid_from <= %s AND (s.valid_to IS NULL OR s.valid_to > %s) ORDER BY s.id",
        (issuer, on, on),
    )
    found: dict[int, tuple[Assignment, ...]] = {}
    for account, ward, role in rows:
        found[account] = (*found.get(account, ()), Assignment(ward, role))
    return found


def _account(row: Row) -> Account:
    return Account(*row)
