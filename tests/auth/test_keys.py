"""The key cache: rotation, withdrawal, an issuer that is down, a flood of unknown key ids."""

import asyncio

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fixtures.database import PATIENCE_SECONDS

from auth.bearer import Authenticator
from auth.discovery import HttpIssuer
from auth.keys import KeyCache
from ehr import clock
from ehr.errors import NotKnown, Unavailable


async def ask(authenticator: Authenticator, token: str):
    return await authenticator.from_bearer([f"Bearer {token}".encode()], None)


async def test_a_thousand_unknown_key_ids_cost_one_fetch(authenticator, issuer) -> None:
    good = [f"Bearer {issuer.token()}".encode()]
    await authenticator.from_bearer(good, None)
    bad = [issuer.sign(issuer.claims(), headers={"kid": f"random-{n}"}) for n in range(1000)]
    before = issuer.fetches
    for start in range(0, 1000, 100):
        tries = [ask(authenticator, token) for token in bad[start : start + 100]]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert all(isinstance(result, NotKnown) for result in results)
        await authenticator.from_bearer(good, None)
    assert issuer.fetches - before <= 1


async def test_a_new_key_is_accepted_within_thirty_seconds(
    authenticator, issuer, stopwatch
) -> None:
    await ask(authenticator, issuer.token())
    issuer.add("new", ec.generate_private_key(ec.SECP256R1()), "ES256")
    token = issuer.sign(issuer.claims(), "new")
    stopwatch.ahead = 30
    assert await ask(authenticator, token)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS384"),
    ],
    ids=["ES256", "ES384", "RS384"],
)
async def test_the_allowed_algorithms(authenticator, issuer, key, algorithm) -> None:
    issuer.add("another", key, algorithm)
    assert await ask(authenticator, issuer.sign(issuer.claims(), "another"))


async def test_a_withdrawn_key_is_refused_after_five_minutes_also_for_tokens_seen(
    authenticator, issuer, stopwatch
) -> None:
    issuer.add("old", ec.generate_private_key(ec.SECP256R1()), "ES256")
    token = issuer.sign(issuer.claims(exp=int(clock.now().timestamp()) + 3600), "old")
    assert await ask(authenticator, token)
    del issuer.keys["old"]
    stopwatch.ahead = 239
    assert await ask(authenticator, token)
    stopwatch.ahead = 300.1
    with pytest.raises(NotKnown):
        await ask(authenticator, token)


async def test_a_withdrawn_key_is_noticed_in_the_background(
    authenticator, issuer, stopwatch
) -> None:
    issuer.add("old", ec.generate_private_key(ec.SECP256R1()), "ES256")
    token = issuer.sign(issuer.claims(exp=int(clock.now().timestamp()) + 3600), "old")
    assert await ask(authenticator, token)
    del issuer.keys["old"]
    stopwatch.ahead = 250
    assert await ask(authenticator, token)
    fetching = authenticator.keys._background
    assert fetching is not None
    await fetching
    assert issuer.fetches == 2
    with pytest.raises(NotKnown):
        await ask(authenticator, token)


async def test_stale_keys_serve_while_the_issuer_is_down(authenticator, issuer, stopwatch) -> None:
    await ask(authenticator, issuer.token())
    issuer.is_down = True
    for ahead in (301, 3600, 86_000):
        stopwatch.ahead = ahead
        assert await ask(authenticator, issuer.token(jti=str(ahead)))
    stopwatch.ahead = 86_500
    with pytest.raises(Unavailable):
        await ask(authenticator, issuer.token(jti="a day later"))
    issuer.is_down = False
    stopwatch.ahead = 86_510
    assert await ask(authenticator, issuer.token(jti="it is back"))


async def test_an_issuer_that_is_down_is_not_asked_at_every_request(
    authenticator, issuer, stopwatch
) -> None:
    await ask(authenticator, issuer.token())
    issuer.is_down = True
    stopwatch.ahead = 301
    for n in range(20):
        assert await ask(authenticator, issuer.token(jti=str(n)))
    assert issuer.fetches == 2


async def test_keys_that_cannot_be_trusted_are_left_out(issuer) -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - too short is the point
    issuer.add("short", short, "RS256")
    issuer.add("pss", rsa.generate_private_key(public_exponent=65537, key_size=2048), "PS256")
    issuer.add("wide", ec.generate_private_key(ec.SECP521R1()), "ES512")
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        keys = KeyCache(HttpIssuer(issuer.url, http))
        assert await keys.find("rsa", "RS256")
        for kid, algorithm in [("short", "RS256"), ("pss", "RS256"), ("wide", "ES384")]:
            with pytest.raises(NotKnown):
                await keys.find(kid, algorithm)


async def test_an_issuer_under_another_name_is_not_believed(issuer) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        other = HttpIssuer(issuer.url.replace("127.0.0.1", "localhost"), http)
        with pytest.raises(ValueError, match="another issuer"):
            await other.metadata()
