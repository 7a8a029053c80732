"""The issuer's signing keys, kept here so that a slow or stopped issuer stops nobody.

Fetched on first use; fetched again in the background from 4 minutes on and waited for from
5 minutes on, so a key the issuer has withdrawn is refused then; served stale for up to 24 hours
while the issuer is down. An unknown key id causes one fetch per 30 seconds, however many bad
tokens name one. Key sets: https://www.rfc-editor.org/rfc/rfc7517.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from auth.discovery import Issuer
from ehr.errors import NotKnown, Unavailable

ALGORITHMS = frozenset({"RS256", "RS384", "ES256", "ES384"})
"""Signatures that are accepted; never a shared secret, never none."""

EARLY_SECONDS = 240.0
SOFT_SECONDS = 300.0
STALE_SECONDS = 24 * 3600.0
BETWEEN_FETCHES = 30.0
BETWEEN_FIRST_FETCHES = 2.0
_SMALLEST_RSA = 2048

_log = structlog.get_logger(__name__)


class KeyCache:
    """The keys of one issuer; `generation` grows whenever they change."""

    def __init__(self, issuer: Issuer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: dict[tuple[str, str], PyJWK] = {}
        self._published: Any = None
        self._loaded = -STALE_SECONDS * 2
        self._attempted = -STALE_SECONDS * 2
        self._lock = asyncio.Lock()
        self._background: asyncio.Task[None] | None = None
        self.generation = 0

    async def find(self, kid: str, algorithm: str) -> PyJWK:
        """The key of this id, if it may sign with this algorithm.

        Raises NotKnown for a key the issuer does not publish, Unavailable when no keys could
        be had for 24 hours.
        """
        await self._freshen()
        key = self._keys.get((kid, algorithm))
        if key is None:
            await self._fetch(BETWEEN_FETCHES)
            key = self._keys.get((kid, algorithm))
        if key is None:
            raise NotKnown("The token is not signed with a key of the issuer.")
        return key

    async def close(self) -> None:
        """End a fetch under way in the background."""
        if self._background is not None:
            self._background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._background

    async def _freshen(self) -> None:
        age = self._clock() - self._loaded
        if age < EARLY_SECONDS:
            return
        if age > STALE_SECONDS:
            await self._fetch(BETWEEN_FIRST_FETCHES)
            if self._clock() - self._loaded > STALE_SECONDS:
                raise Unavailable("The identity service cannot be reached; try again in a moment.")
        elif age > SOFT_SECONDS and not self._lock.locked():
            await self._fetch(BETWEEN_FETCHES)
        elif self._background is None or self._background.done():
            self._background = asyncio.create_task(self._fetch(BETWEEN_FETCHES))

    async def _fetch(self, between: float) -> None:
        """Take the keys as published now, unless that was tried within `between` seconds."""
        async with self._lock:
            if self._clock() - self._attempted < between:
                return
            self._attempted = self._clock()
            try:
                published = (await self._issuer.jwks()).get("keys")
                keys = dict(_usable(published))
            except (httpx.HTTPError, msgspec.MsgspecError, ValueError) as error:
                _log.warning("issuer_keys_not_fetched", reason=type(error).__name__)
                return
            if not keys:
                _log.warning("issuer_keys_not_fetched", reason="no usable key")
                return
            self._loaded = self._clock()
            if published != self._published:
                self._keys, self._published = keys, published
                self.generation += 1


def _usable(published: Any) -> Iterator[tuple[tuple[str, str], PyJWK]]:
    """(kid, algorithm) → key, for each algorithm that each key may be used with."""
    for jwk in published if isinstance(published, list) else ():
        if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str):
            continue
        if jwk.get("use", "sig") != "sig":
            continue
        for algorithm in _algorithms(jwk):
            with contextlib.suppress(PyJWTError):
                key = PyJWK(jwk, algorithm)
                if getattr(key.key, "key_size", 0) >= _SMALLEST_RSA or jwk["kty"] == "EC":
                    yield (jwk["kid"], algorithm), key


def _algorithms(jwk: dict[str, Any]) -> frozenset[str]:
    match jwk.get("kty"), jwk.get("crv"):
        case "RSA", _:
            possible = frozenset({"RS256", "RS384"})
        case "EC", "P-256":
            possible = frozenset({"ES256"})
        case "EC", "P-384":
            possible = frozenset({"ES384"})
        case _:
            possible = frozenset()
    named = jwk.get("alg")
    return possible if named is None else possible & {named}
