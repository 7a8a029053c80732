"""Claims and directory become an Access; the two must agree on everything that opens a record.

Wards, roles and labels count only where the signed token and the directory both name them.
Nothing known is no right and no row; every ward comes from a partner's row alone. Rules:
docs/identity.md.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from auth.claims import Claims
from auth.roles import EVERYTHING, LABELS, PURPOSES, RIGHTS, narrow
from auth.scopes import AGGREGATES, Right, rights
from ehr.access import Access, Label, Role
from ehr.directory.accounts import Account, Assignment
from ehr.directory.partners import Partner
from ehr.errors import NotKnown

CITY_GROUP = "/city"
_WARD_GROUP = re.compile(r"/wards/([0-9]{5})")
_WARD_ROLES = frozenset({Role.CLINICIAN, Role.ADMIN})
_CLIENT_ROLES = frozenset({Role.PARTNER, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the directory says of one account today."""

    account: Account
    assignments: tuple[Assignment, ...] = ()
    partner: Partner | None = None
    has_grants: bool = False
    wards: Mapping[str, int] = field(default_factory=dict)
    """Row id of each ward by the code it has today."""


def decide(claims: Claims, standing: Standing) -> Access:
    """The Access of a verified token; raises NotKnown for an account that may not ask at all."""
    account = standing.account
    if account.disabled_at is not None:
        raise NotKnown("The account is disabled.")
    if account.subject != claims.subject:
        raise NotKnown("The token is of another subject than this account's.")
    if account.kind == "person":
        return _person(claims, standing)
    return _client(claims, standing)


def wards_of(groups: Iterable[str], wards: Mapping[str, int]) -> frozenset[int]:
    """Row ids of the wards that groups `/wards/<five ASCII digits>` name today; others: none."""
    codes = (match[1] for group in groups if (match := _WARD_GROUP.fullmatch(group)))
    return frozenset(wards[code] for code in codes if code in wards)


def _person(claims: Claims, standing: Standing) -> Access:
    at_wards = _roles_at_wards(claims, standing)
    for_city = _roles_for_city(claims, standing)
    roles = for_city.union(*at_wards.values())
    analyst = Role.ANALYST in roles
    held = frozenset[Right]() if analyst else _rights_everywhere(at_wards.values(), for_city)
    return Access(
        account=standing.account.id,
        client=claims.client,
        roles=roles,
        rights=narrow(rights(claims.scopes, "user"), held),
        wards=frozenset() if analyst else frozenset(at_wards),
        grantee=standing.account.id if standing.has_grants and at_wards and not analyst else None,
        labels=_labels(claims, standing, at_wards),
        purpose=_purpose(roles),
        practitioner=claims.fhir_user,
        token_id=claims.token_id,
        reports=analyst and AGGREGATES in claims.scopes,
    )


def _client(claims: Claims, standing: Standing) -> Access:
    partner = standing.partner
    roles = frozenset(role for role in _CLIENT_ROLES if role in claims.roles)
    if partner is None or not roles:
        raise NotKnown("The client has no agreement with this service.")
    held = EVERYTHING if "*" in partner.types else rights(map(_as_scope, partner.types), "system")
    return Access(
        account=standing.account.id,
        client=claims.client,
        roles=roles,
        rights=narrow(rights(claims.scopes, "system"), held),
        every_ward=partner.every_ward,
        grantee=None if partner.every_ward else standing.account.id,
        labels=partner.labels,
        powers=partner.powers,
        purpose=_purpose(roles),
        practitioner=f"Organization/{partner.organization}" if partner.organization else None,
        token_id=claims.token_id,
    )


def _roles_at_wards(claims: Claims, standing: Standing) -> dict[int, frozenset[Role]]:
    """Ward → roles there, of the wards and roles that token and directory both name."""
    named = wards_of(claims.groups, standing.wards)
    found: dict[int, frozenset[Role]] = {}
    for each in standing.assignments:
        role = _role(each.role, claims, _WARD_ROLES)
        if role is not None and each.ward in named:
            found[each.ward] = found.get(each.ward, frozenset()) | {role}
    return found


def _roles_for_city(claims: Claims, standing: Standing) -> frozenset[Role]:
    allowed = {Role.AUDITOR} | ({Role.ANALYST} if CITY_GROUP in claims.groups else set())
    found = (_role(e.role, claims, allowed) for e in standing.assignments if e.ward is None)
    return frozenset(role for role in found if role is not None)


def _role(name: str, claims: Claims, allowed: Iterable[Role]) -> Role | None:
    return next((role for role in allowed if role == name and role in claims.roles), None)


def _rights_everywhere(
    at_wards: Iterable[frozenset[Role]], for_city: frozenset[Role]
) -> frozenset[Right]:
    """What the roles allow in every one of the wards, since an Access has one list for all.

    Someone who is clinician in one ward and administrator in another has in both only what
    both roles allow, never a clinician's rights where they are none.
    """
    each = [frozenset[Right]().union(*(RIGHTS[role] for role in roles)) for roles in at_wards]
    common = frozenset.intersection(*each) if each else frozenset[Right]()
    return common.union(*(RIGHTS[role] for role in for_city))


def _labels(claims: Claims, standing: Standing, at_wards: Iterable[int]) -> Label:
    """The labels whose role is held in every one of the wards, or for the city."""
    needed = frozenset(at_wards)
    opened = Label.NONE
    for name, label in LABELS.items():
        held = {each.ward for each in standing.assignments if each.role == name}
        if name in claims.roles and needed and (None in held or needed <= held):
            opened |= label
    return opened


def _purpose(roles: frozenset[Role]) -> str:
    return next((PURPOSES[role] for role in PURPOSES if role in roles), "TREAT")


def _as_scope(entry: str) -> str:
    """A partner's type, `Patient` or `Patient.rs`, as the scope that means the same."""
    return f"system/{entry}" if "." in entry else f"system/{entry}.cruds"
