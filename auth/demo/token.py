"""The token endpoint: a code, a refresh token or a client's assertion becomes tokens.

RFC 6749, 5; refresh tokens are used once, and the reuse of an old one ends the session
(RFC 9700, 4.14).
"""

import base64
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Any

import jwt

from auth.demo import assertion
from auth.demo import secrets as files
from auth.demo.issuer import REFRESH_SECONDS, DemoIssuer
from auth.demo.memory import Memory
from auth.demo.people import Subject, subject
from ehr.db import Database


class Refused(Exception):
    """The request for a token is refused; the argument is OAuth's error code."""


class TokenEndpoint:
    """Answers the three kinds of grant."""

    def __init__(self, issuer: DemoIssuer, db: Database, memory: Memory) -> None:
        self._issuer = issuer
        self._db = db
        self._memory = memory

    async def answer(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """The reply's document; raises Refused."""
        match asked.get("grant_type"):
            case "authorization_code":
                return await self._code(asked)
            case "refresh_token":
                return await self._refresh(asked)
            case "client_credentials":
                return await self._client(asked)
        raise Refused("unsupported_grant_type")

    async def mint(self, login: str, scope: str | None) -> str:
        """An access token without any ceremony, for `ehr token`; raises Refused."""
        who = await self._subject(login)
        client = self._issuer.settings.web_client_id if who.is_person else login
        if not who.is_person:
            files.client_key(self._issuer.settings.data_dir, login)  # for its own assertions later
        return self._issuer.access_token(who, client, scope or who.scopes, "minted")

    def end(self, token: str) -> None:
        """End the session of a refresh token; one we cannot read ends nothing."""
        try:
            claims = self._issuer.read_refresh(token)
        except jwt.PyJWTError:
            return
        self._memory.end_session(claims["sid"], REFRESH_SECONDS)

    async def _code(self, asked: Mapping[str, str]) -> dict[str, Any]:
        code = self._memory.redeem(asked.get("code", ""))
        verifier = asked.get("code_verifier", "")
        if code is None or not 43 <= len(verifier) <= 128:
            raise Refused("invalid_grant")
        digest = sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked.get("client_id") != code.client
            or asked.get("redirect_uri") != code.redirect_uri
            or not compare_digest(challenge, code.challenge)
        ):
            raise Refused("invalid_grant")
        return self._issuer.grant(await self._subject(code.login), code.client, code.scope)

    async def _refresh(self, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            claims = self._issuer.read_refresh(asked.get("refresh_token", ""))
        except jwt.PyJWTError:
            raise Refused("invalid_grant") from None
        session = claims["sid"]
        if self._memory.has_ended(session) or asked.get("client_id") != claims["azp"]:
            raise Refused("invalid_grant")
        if not self._memory.use_once(claims["jti"], REFRESH_SECONDS):
            self._memory.end_session(session, REFRESH_SECONDS)
            raise Refused("invalid_grant")
        who = await self._subject(claims["login"])
        return self._issuer.grant(who, claims["azp"], claims["scope"], session)

    async def _client(self, asked: Mapping[str, str]) -> dict[str, Any]:
        proof = asked.get("client_assertion", "")
        client = assertion.client_of(proof)
        if client is None or asked.get("client_assertion_type") != assertion.TYPE:
            raise Refused("invalid_client")
        who = await subject(self._db, client)
        if who is None or who.is_person:
            raise Refused("invalid_client")
        if not assertion.holds(
            proof,
            who.account.external_id,
            audience=f"{self._issuer.url}/token",
            data_dir=self._issuer.settings.data_dir,
            memory=self._memory,
        ):
            raise Refused("invalid_client")
        return self._issuer.grant(who, who.account.external_id, asked.get("scope") or who.scopes)

    async def _subject(self, login: str) -> Subject:
        found = await subject(self._db, login)
        if found is None:
            raise Refused("invalid_grant")
        return found
