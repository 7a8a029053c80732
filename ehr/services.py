"""What one API process holds open: pools, keys, issuer, authenticator, sessions, audit log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from auth.bearer import Authenticator
from auth.code_flow import CodeFlow
from auth.demo import DemoIssuer
from auth.discovery import HttpIssuer, Issuer
from auth.session import Sessions
from ehr import secrets
from ehr.audit.record import AuditLog
from ehr.config import Settings
from ehr.db import Database
from ehr.directory.accounts import issuer_name
from ehr.search import hashing
from ehr.secrets import Keys
from ehr.urls import urls

REPORT_CONNECTIONS = 3
AUDIT_CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class Services:
    """Opened by `opened`, closed when its block ends."""

    settings: Settings
    keys: Keys
    db: Database
    reports: Database
    audit: AuditLog
    issuer: Issuer
    authenticator: Authenticator
    sessions: Sessions


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Everything a request needs; raises Unavailable when there is no database to reach."""
    async with AsyncExitStack() as stack:
        where = urls(settings)
        keys = secrets.load(settings.data_dir)
        hashing.install(keys.hash, (settings.fhir_base,))
        db = await _pool(stack, where.app, settings.database_pool, "app")
        reports = await _pool(stack, where.report, REPORT_CONNECTIONS, "report")
        audit = AuditLog(await _pool(stack, where.audit, AUDIT_CONNECTIONS, "audit", plans="auto"))
        stack.push_async_callback(audit.close)
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        issuer = HttpIssuer(settings.issuer, http) if settings.issuer else DemoIssuer(settings)
        authenticator = Authenticator(
            db,
            issuer,
            audience=settings.token_audience,
            issuer_name=issuer_name(settings),
            clients=frozenset({settings.web_client_id}),
        )
        stack.push_async_callback(authenticator.close)
        flow = CodeFlow(
            issuer,
            http,
            client=settings.web_client_id,
            secret=settings.web_client_secret,
            redirect_uri=f"{settings.public_url}/app/callback",
        )
        sessions = Sessions(db, flow, authenticator, audit, key=keys.sessions)
        yield Services(settings, keys, db, reports, audit, issuer, authenticator, sessions)


async def _pool(
    stack: AsyncExitStack, url: str, size: int, name: str, *, plans: str = "force_custom_plan"
) -> Database:
    database = await Database.open(url, size=size, name=name, plans=plans)
    stack.push_async_callback(database.close)
    return database
