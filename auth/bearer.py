"""The bearer token of a request becomes an Access; every refusal is NotKnown.

A token is verified once a minute (some 100 µs), what the directory says of its account is read
again every 10 seconds, and every other request costs one look into a dictionary, by the hash
of the header: no token is kept. Bearer tokens: https://www.rfc-editor.org/rfc/rfc6750.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import httpx

from auth.claims import LARGEST_TOKEN, Claims, TokenChecks
from auth.denied import Denied
from auth.discovery import Issuer, Metadata
from auth.keys import KeyCache
from auth.policy import Standing, decide
from ehr import clock as calendar
from ehr.access import Access
from ehr.db import Database
from ehr.directory import accounts, grants, partners, wards
from ehr.errors import NotKnown
from ehr.throttle import Throttle

BETWEEN_TRIES = 5.0
"""Seconds until an issuer that could not be reached is asked for its endpoints again."""
VERIFIED_SECONDS = 60.0
DECIDED_SECONDS = 10.0
_MOST_ENTRIES = 20_000
_MOST_ADDRESSES = 32
_HEADER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([^ ]+)")


@dataclass(slots=True)
class _Entry:
    """A verified token: its claims for a minute, its Access for ten seconds."""

    claims: Claims
    verified_until: float
    generation: int
    access: Access
    decided_until: float
    by_address: dict[str | None, Access] = field(default_factory=dict)


class Authenticator:
    """Turns Authorization headers into Access, for one issuer, one audience and one database."""

    def __init__(
        self,
        db: Database,
        issuer: Issuer,
        *,
        audience: str,
        issuer_name: str,
        clients: frozenset[str],
        clock: Callable[[], float] = time.monotonic,
        throttle: Throttle | None = None,
    ) -> None:
        """`issuer_name` is what `account.issuer` holds; `clients` may act for people.

        `throttle` is for those who answer requests to ask; without one nobody is refused.
        """
        self._issuer = issuer
        self._away_until = 0.0
        self.keys = KeyCache(issuer, clock=clock)
        self.denied = Denied(db, clock=clock)
        self.throttle = throttle or Throttle(0, 0)
        self._checks = TokenChecks(issuer=issuer.url, audience=audience, keys=self.keys)
        self._db = db
        self._issuer_name = issuer_name
        self._clients = clients
        self._clock = clock
        self._entries: dict[bytes, _Entry] = {}

    async def endpoints(self) -> Metadata | None:
        """What the issuer tells of itself; None while it cannot be reached.

        Anybody may ask for the CapabilityStatement, so one answer that does not come holds up few.
        """
        if self._clock() < self._away_until:
            return None
        try:
            return await self._issuer.metadata()
        except (httpx.HTTPError, ValueError):
            self._away_until = self._clock() + BETWEEN_TRIES
            return None

    async def from_bearer(self, values: Sequence[bytes], address: str | None) -> Access:
        """The caller of a request with these Authorization headers, from this source address.

        Raises NotKnown (401), or Unavailable when keys or directory cannot be had.
        """
        if len(values) != 1:
            raise NotKnown("Send exactly one Authorization header, with a bearer token.")
        digest = sha256(values[0]).digest()
        entry = self._entries.get(digest)
        if entry is None or not self._is_fresh(entry):
            entry = await self._renew(digest, values[0], entry)
        found = entry.by_address.get(address)
        return found or self._at(entry, address)

    async def from_token(self, token: str, address: str | None) -> Access:
        """The same for a token that a session holds."""
        return await self.from_bearer([b"Bearer " + token.encode()], address)

    def claims(self, values: Sequence[bytes]) -> Claims:
        """What the token of a request said that `from_bearer` has let in a moment ago.

        Raises NotKnown when that is not so.
        """
        entry = self._entries.get(sha256(b"".join(values)).digest())
        if entry is None:
            raise NotKnown
        return entry.claims

    async def again(self, claims: Claims, address: str | None) -> Access:
        """The caller of a request that was let in before, as the directory has him now.

        The token may have expired since; raises NotKnown for an account that may no longer ask.
        """
        return replace(decide(claims, await self._standing(claims)), address=address)

    async def close(self) -> None:
        """End what runs in the background."""
        await self.keys.close()
        await self.denied.close()

    def _is_fresh(self, entry: _Entry) -> bool:
        return (
            self._clock() < entry.decided_until
            and entry.generation == self.keys.generation
            and entry.access.account not in self.denied
        )

    def _at(self, entry: _Entry, address: str | None) -> Access:
        if len(entry.by_address) >= _MOST_ADDRESSES:
            entry.by_address.clear()
        access = replace(entry.access, address=address)
        entry.by_address[address] = access
        return access

    async def _renew(self, digest: bytes, header: bytes, entry: _Entry | None) -> _Entry:
        self._entries.pop(digest, None)
        now = self._clock()
        if entry is None or now >= entry.verified_until or entry.generation != self.keys.generation:
            claims = await self._checks.verify(_token_of(header))
            left = claims.expires - calendar.now().timestamp()
            verified_until = now + max(0.0, min(VERIFIED_SECONDS, left))
        else:
            claims, verified_until = entry.claims, entry.verified_until
        generation = self.keys.generation
        access = decide(claims, await self._standing(claims))
        if access.account in self.denied:
            raise NotKnown("The account is disabled.")
        decided_until = min(now + DECIDED_SECONDS, verified_until)
        entry = _Entry(claims, verified_until, generation, access, decided_until)
        if len(self._entries) >= _MOST_ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._entries[digest] = entry
        return entry

    async def _standing(self, claims: Claims) -> Standing:
        """What the directory says; binds `sub` at first use. Raises NotKnown for no account."""
        person = claims.fhir_user is not None
        name = claims.fhir_user or claims.client
        account = await accounts.find(self._db, self._issuer_name, name)
        if account is None or (account.kind == "person") is not person:
            raise NotKnown("No account of this service goes by this token.")
        if person and not await self._knows_client(claims.client):
            raise NotKnown("The client of the token is not known.")
        if account.subject is None and account.disabled_at is None:
            await accounts.bind_subject(self._db, account.id, claims.subject)
            account = await accounts.by_id(self._db, account.id) or account
        if not person:
            return Standing(account, partner=await partners.of_account(self._db, account.id))
        today = calendar.today()
        return Standing(
            account,
            assignments=await accounts.assignments(self._db, account.id, today),
            has_grants=await grants.has_any(self._db, account.id, calendar.now()),
            wards={w.code: w.id for w in await wards.all_wards(self._db) if w.valid_on(today)},
        )

    async def _knows_client(self, client: str) -> bool:
        if client in self._clients:
            return True
        account = await accounts.find(self._db, self._issuer_name, client)
        return account is not None and account.kind == "client" and account.disabled_at is None


def _token_of(header: bytes) -> bytes:
    if len(header) > LARGEST_TOKEN + len(b"Bearer "):
        raise NotKnown("The token is too long.")
    match = _HEADER.fullmatch(header)
    if match is None:
        raise NotKnown("A valid bearer token is required.")
    return match[1]
