"""What an issuer publishes about itself: its endpoints and its keys.

OpenID Connect Discovery 1.0: https://openid.net/specs/openid-connect-discovery-1_0.html.
Only the configured issuer is ever asked; nothing in a token names an address to fetch.
"""

from typing import Any, Protocol

import httpx
import msgspec

_LIMIT = 256 * 1024
_TIMEOUT = httpx.Timeout(2.0)


class Metadata(msgspec.Struct, frozen=True):
    """The parts of an issuer's metadata that are used here."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str | None = None
    revocation_endpoint: str | None = None
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] | None = None
    """By which algorithms clients may sign; None where it is not told."""


class Issuer(Protocol):
    """Something that signs tokens: over HTTP, or the demo issuer in this process."""

    url: str

    async def metadata(self) -> Metadata:
        """Its endpoints; raises httpx.HTTPError or ValueError."""

    async def jwks(self) -> dict[str, Any]:
        """Its JWK set; raises httpx.HTTPError or ValueError."""


class HttpIssuer:
    """An issuer asked over HTTP; its metadata are read once, its keys at every call."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self._http = http
        self._metadata: Metadata | None = None

    async def metadata(self) -> Metadata:
        """The discovery document; raises ValueError when it is another issuer's."""
        if self._metadata is None:
            address = f"{self.url.rstrip('/')}/.well-known/openid-configuration"
            found = msgspec.json.decode(await self._get(address), type=Metadata)
            if found.issuer != self.url:
                raise ValueError(f"{address} names another issuer: {found.issuer!r}")
            self._metadata = found
        return self._metadata

    async def jwks(self) -> dict[str, Any]:
        """The keys as published now."""
        address = (await self.metadata()).jwks_uri
        return msgspec.json.decode(await self._get(address), type=dict[str, Any])

    async def _get(self, address: str) -> bytes:
        """A body of at most 256 KB; redirects are not followed."""
        async with self._http.stream("GET", address, timeout=_TIMEOUT) as reply:
            reply.raise_for_status()
            body = b""
            async for part in reply.aiter_bytes():
                body += part
                if len(body) > _LIMIT:
                    raise ValueError(f"{address} sends more than {_LIMIT} bytes")
        return body
