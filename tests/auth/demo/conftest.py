"""A running demo issuer, with the people of `fixtures.database` as its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fixtures.database import PATIENCE_SECONDS
from fixtures.serving import free_socket, served

from auth.bearer import Authenticator
from auth.demo import DemoIssuer, router
from ehr.config import Settings
from ehr.db import Database
from ehr.directory.accounts import DEMO_ISSUER


@dataclass(frozen=True)
class Demo:
    """The issuer, a client of its HTTP server, and the checks of its tokens."""

    settings: Settings
    issuer: DemoIssuer
    http: httpx.AsyncClient
    authenticator: Authenticator

    async def access(self, token: str):
        """The Access of a token."""
        return await self.authenticator.from_token(token, "127.0.0.1")


@pytest.fixture
async def demo(db: Database, tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo issuer behind a real server."""
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET issuer = %s", (DEMO_ISSUER,))
    port_socket, url = free_socket()
    settings = Settings(data_dir=tmp_path, port=int(url.rpartition(":")[2]))
    issuer = DemoIssuer(settings)
    app = FastAPI()
    app.include_router(router(issuer, db))
    authenticator = Authenticator(
        db,
        issuer,
        audience=settings.token_audience,
        issuer_name=DEMO_ISSUER,
        clients=frozenset({settings.web_client_id}),
    )
    async with (
        served(app, port_socket),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as http,
    ):
        yield Demo(settings, issuer, http, authenticator)
    await authenticator.close()
