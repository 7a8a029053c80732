"""The web app as a client of the issuer: authorization code with PKCE, refresh, logout.

OpenID Connect Core 1.0, 3.1 (https://openid.net/specs/openid-connect-core-1_0.html). The tokens
stay on the server; the browser never sees one (a backend for the frontend, as
https://datatracker.ietf.org/doc/draft-ietf-oauth-browser-based-apps/ recommends).
"""

import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import msgspec

from auth.discovery import Issuer
from ehr.errors import NotKnown, Unavailable

_TIMEOUT = httpx.Timeout(3.0)
_REST_SECONDS = 5.0
"""For so long after a failure the issuer is left alone, and callers are told at once."""


class Tokens(msgspec.Struct, frozen=True):
    """The reply of a token endpoint."""

    access_token: str
    expires_in: float
    refresh_token: str | None = None


class CodeFlow:
    """The three calls of a login's life, to one issuer, for one client and one address."""

    def __init__(
        self,
        issuer: Issuer,
        http: httpx.AsyncClient,
        *,
        client: str,
        secret: str | None,
        redirect_uri: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`secret` is None for a public client; `redirect_uri` is registered at the issuer."""
        self.issuer = issuer
        self.client = client
        self._http = http
        self._client = {"client_id": client} | ({"client_secret": secret} if secret else {})
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._left_alone_until = 0.0

    async def address(self, *, state: str, challenge: str, scope: str) -> str:
        """Where to send the browser; raises Unavailable when the issuer cannot be reached."""
        try:
            endpoint = (await self.issuer.metadata()).authorization_endpoint
        except (httpx.HTTPError, ValueError) as error:
            raise _unreachable() from error
        asked = {
            "client_id": self.client,
            "redirect_uri": self._redirect_uri,
            "response_type": "code",
            "scope": scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}?{urlencode(asked)}"

    async def redeem(self, code: str, verifier: str) -> Tokens:
        """The tokens of a code; raises NotKnown when the issuer refuses it."""
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": verifier,
            }
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens; raises NotKnown when the login has ended or the account is disabled."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def log_out(self, refresh_token: str) -> bool:
        """Revoke the token and end the session at the issuer; whether that was done.

        Otherwise the next person at a shared computer would be logged in without a password.
        Keycloak's logout endpoint takes the refresh token in a POST, which keeps every token out
        of URLs.
        """
        try:
            metadata = await self.issuer.metadata()
            calls = [
                (metadata.end_session_endpoint, {"refresh_token": refresh_token}),
                (metadata.revocation_endpoint, {"token": refresh_token}),
            ]
            replies = [await self._post(address, form) for address, form in calls if address]
        except (httpx.HTTPError, ValueError):
            return False
        return bool(replies) and replies[0].is_success

    async def _tokens(self, form: dict[str, str]) -> Tokens:
        if self._clock() < self._left_alone_until:
            raise _unreachable()
        try:
            reply = await self._post((await self.issuer.metadata()).token_endpoint, form)
            if reply.status_code >= 500:
                reply.raise_for_status()
        except (httpx.HTTPError, ValueError) as error:
            self._left_alone_until = self._clock() + _REST_SECONDS
            raise _unreachable() from error
        if reply.status_code != 200:
            raise NotKnown("The login is not valid any more; log in again.")
        try:
            return msgspec.json.decode(reply.content, type=Tokens)
        except msgspec.MsgspecError as error:
            raise _unreachable() from error

    async def _post(self, address: str, form: dict[str, str]) -> httpx.Response:
        return await self._http.post(address, data=form | self._client, timeout=_TIMEOUT)


def _unreachable() -> Unavailable:
    return Unavailable("The identity service cannot be reached; try again in a moment.")
