"""Who the directory says there is: wards, staff and partner clients."""

from dataclasses import dataclass
from datetime import date

from auth.policy import CITY_GROUP
from ehr.access import Role
from ehr.db import Database
from ehr.directory import accounts, partners, wards


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the staff: `groups` are paths, `roles` realm roles."""

    login: str
    name: str
    fhir_user: str
    enabled: bool
    groups: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Client:
    """A partner's client, with the realm role of its service account."""

    client_id: str
    name: str
    enabled: bool
    role: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that comes from the directory."""

    ward_codes: tuple[str, ...]
    people: tuple[Person, ...]
    clients: tuple[Client, ...]


async def wanted(db: Database, issuer_name: str, today: date) -> Wanted:
    """The wards of `today`, and the accounts of one issuer with what they do today."""
    every = await wards.all_wards(db)
    codes = {ward.id: ward.code for ward in every if ward.valid_on(today)}
    assigned = await accounts.all_assignments(db, issuer_name, today)
    people: list[Person] = []
    clients: list[Client] = []
    for account in await accounts.all_of(db, issuer_name):
        enabled = account.disabled_at is None
        if account.kind != "person":
            agreed = await partners.of_account(db, account.id)
            if agreed is not None:
                role = Role.SYSTEM if agreed.every_ward else Role.PARTNER
                clients.append(Client(account.external_id, account.name, enabled, role))
        elif account.login is not None:
            held = assigned.get(account.id, ())
            people.append(
                Person(
                    account.login,
                    account.name,
                    account.external_id,
                    enabled,
                    frozenset(f"/wards/{codes[a.ward]}" for a in held if a.ward in codes)
                    | frozenset(CITY_GROUP for a in held if a.role == Role.ANALYST),
                    frozenset(a.role for a in held),
                )
            )
    return Wanted(tuple(codes.values()), tuple(people), tuple(clients))
