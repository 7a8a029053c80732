"""Who can log in at the demo issuer: the accounts of the directory, with Keycloak's claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auth.policy import CITY_GROUP
from auth.scopes import WEB
from ehr import clock
from ehr.access import Role
from ehr.db import Database
from ehr.directory import accounts, partners, wards
from ehr.directory.accounts import DEMO_ISSUER, Account, Assignment

CLIENT_SCOPES = "system/*.cruds"


@dataclass(frozen=True, slots=True)
class Subject:
    """An account with the groups and roles that its tokens name."""

    account: Account
    groups: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def login(self) -> str:
        """The name to log in with; a client's id."""
        return self.account.login or self.account.external_id

    @property
    def is_person(self) -> bool:
        """Whether this is a human being, who uses the authorize page."""
        return self.account.kind == "person"

    @property
    def scopes(self) -> str:
        """The scopes of a token for which none were named."""
        return WEB if self.is_person else CLIENT_SCOPES


async def everybody(db: Database) -> tuple[Subject, ...]:
    """All who may ask for a token, by login."""
    today = clock.today()
    assigned = await accounts.all_assignments(db, DEMO_ISSUER, today)
    codes = await _ward_codes(db)
    return tuple(
        [
            _person(account, assigned.get(account.id, ()), codes)
            if account.kind == "person"
            else Subject(account, (), await _client_roles(db, account.id))
            for account in await accounts.all_of(db, DEMO_ISSUER)
            if account.disabled_at is None
        ]
    )


async def subject(db: Database, login: str) -> Subject | None:
    """The person or client of a login, or None."""
    account = await accounts.by_login(db, DEMO_ISSUER, login)
    if account is None:
        account = await accounts.find(db, DEMO_ISSUER, login)
    if account is None or account.disabled_at is not None:
        return None
    if account.kind != "person":
        return Subject(account, (), await _client_roles(db, account.id))
    assigned = await accounts.assignments(db, account.id, clock.today())
    return _person(account, assigned, await _ward_codes(db))


def _person(account: Account, assigned: Iterable[Assignment], codes: Mapping[int, str]) -> Subject:
    at_wards = [f"/wards/{codes[at]}" for each in assigned if (at := each.ward or 0) in codes]
    for_city = [CITY_GROUP for each in assigned if each.role == Role.ANALYST]
    groups = tuple(dict.fromkeys([*at_wards, *for_city]))
    return Subject(account, groups, tuple(sorted({each.role for each in assigned})))


async def _ward_codes(db: Database) -> dict[int, str]:
    today = clock.today()
    return {ward.id: ward.code for ward in await wards.all_wards(db) if ward.valid_on(today)}


async def _client_roles(db: Database, account_id: int) -> tuple[str, ...]:
    partner = await partners.of_account(db, account_id)
    if partner is None:
        return ()
    return (str(Role.SYSTEM if partner.every_ward else Role.PARTNER),)
