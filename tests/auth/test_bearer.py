"""A request's token becomes its caller's Access, once, and again when something changed."""

from datetime import timedelta
from typing import Any

import pytest

from auth.bearer import Authenticator
from ehr import clock
from ehr.access import Role, Verb
from ehr.db import Database
from ehr.directory import accounts
from ehr.errors import NotKnown, Unavailable

HOUR = 3600


AUDIENCE = "http://127.0.0.1:8000/fhir"


async def ask(authenticator: Authenticator, token: str, scheme: str = "Bearer") -> Any:
    return await authenticator.from_bearer([f"{scheme} {token}".encode()], "127.0.0.1")


async def test_a_good_token_is_its_callers_access(authenticator, issuer) -> None:
    access = await ask(authenticator, issuer.token())
    assert access.account == 1
    assert access.client == "tram-web"
    assert access.roles == {Role.CLINICIAN}
    assert access.wards == {1}
    assert access.every_ward is False
    assert access.practitioner == "Practitioner/clinician-00004"
    assert access.token_id == "a-token"
    assert access.address == "127.0.0.1"
    assert access.may("Observation", Verb.CREATE)


def now() -> int:
    return int(clock.now().timestamp())


GOOD = {
    "several audiences": lambda issuer: issuer.token(aud=["account", AUDIENCE]),
    "expired within the leeway": lambda issuer: issuer.token(exp=now() - 9),
    "issued within the leeway": lambda issuer: issuer.token(iat=now() + 9),
    "RFC 9068": lambda issuer: issuer.sign(
        issuer.claims(typ=None, azp=None, client_id="tram-web"), headers={"typ": "at+jwt"}
    ),
    "exp with a fraction": lambda issuer: issuer.token(exp=now() + 60.5),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
async def test_is_known(authenticator, issuer, make) -> None:
    assert (await ask(authenticator, make(issuer))).account == 1


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_case_insensitive(authenticator, issuer, scheme) -> None:
    assert (await ask(authenticator, issuer.token(), scheme)).account == 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda good: [],
        lambda good: [good, good],
        lambda good: [good + b" "],
        lambda good: [b" " + good],
        lambda good: [good + b", " + good],
        lambda good: [good.removeprefix(b"Bearer ")],
        lambda good: [b"Basic " + good.removeprefix(b"Bearer ")],
        lambda good: [b"Bearer"],
        lambda good: [b""],
        lambda good: [b"Bearer " + b"x" * 65_536],
        lambda good: [good + b"\xc3\xa1"],
    ],
)
async def test_exactly_one_header_with_one_token(authenticator, issuer, wrap) -> None:
    good = f"Bearer {issuer.token()}".encode()
    assert await authenticator.from_bearer([good], None)
    with pytest.raises(NotKnown):
        await authenticator.from_bearer(wrap(good), None)


async def test_a_token_seen_is_a_look_into_a_dictionary(authenticator, issuer) -> None:
    header = [f"Bearer {issuer.token()}".encode()]
    first = await authenticator.from_bearer(header, "10.0.0.1")
    assert await authenticator.from_bearer(header, "10.0.0.1") is first
    other = await authenticator.from_bearer(header, "10.0.0.2")
    assert other.address == "10.0.0.2"
    assert issuer.fetches == 1


async def test_a_token_seen_is_refused_once_it_has_expired(
    authenticator, issuer, stopwatch
) -> None:
    token = issuer.token(exp=now() + 2)
    await ask(authenticator, token)
    stopwatch.ahead = 20
    clock.freeze(clock.now() + timedelta(seconds=20))
    with pytest.raises(NotKnown, match="expired"):
        await ask(authenticator, token)


async def test_a_disabled_account_is_refused_within_ten_seconds(
    authenticator, issuer, stopwatch, db: Database
) -> None:
    token = issuer.token()
    await ask(authenticator, token)
    await accounts.set_disabled(db, 1, clock.now())
    stopwatch.ahead = 9.9
    await _settle(authenticator)
    with pytest.raises(NotKnown, match="disabled"):
        await ask(authenticator, token)


async def _settle(authenticator: Authenticator) -> None:
    """Let the background read of the deny list, which a request has begun, end."""
    _ = 0 in authenticator.denied
    reading = authenticator.denied._reading
    assert reading is not None
    await reading


async def test_a_disabled_account_is_refused_at_once_in_this_process(
    authenticator, issuer, db: Database
) -> None:
    token = issuer.token()
    await ask(authenticator, token)
    authenticator.denied.add(1)
    with pytest.raises(NotKnown):
        await ask(authenticator, token)


async def test_another_assignment_counts_after_ten_seconds(
    authenticator, issuer, stopwatch, db: Database
) -> None:
    token = issuer.token(wards=["/wards/00004", "/wards/00008"])
    assert (await ask(authenticator, token)).wards == {1}
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO staff_assignment (account_id, ward_id, role, valid_from)"
            " VALUES (1, 2, 'ward-clinician', '2025-07-01')"
        )
    stopwatch.ahead = 10
    assert (await ask(authenticator, token)).wards == {1, 2}


async def test_sub_is_bound_at_first_use(authenticator, issuer) -> None:
    assert (await ask(authenticator, issuer.token())).account == 1
    with pytest.raises(NotKnown, match="another subject"):
        await ask(authenticator, issuer.token(sub="someone-else"))
    assert (await ask(authenticator, issuer.token(jti="again"))).account == 1


async def test_a_partner_comes_with_its_own_account(authenticator, issuer) -> None:
    token = issuer.token(
        azp="hospital.bachmai",
        sub="service-account",
        fhirUser=None,
        wards=["/wards/00004"],
        roles=["hospital-partner"],
        scope="system/Patient.rs system/Observation.c",
    )
    access = await ask(authenticator, token)
    assert (access.account, access.grantee, access.wards) == (11, 11, frozenset())
    assert access.practitioner == "Organization/bachmai"
    assert access.rights == {
        ("Patient", Verb.READ),
        ("Patient", Verb.SEARCH),
        ("Observation", Verb.CREATE),
    }


async def test_without_any_key_the_service_is_unavailable(authenticator, issuer) -> None:
    issuer.is_down = True
    with pytest.raises(Unavailable):
        await ask(authenticator, issuer.token())
