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
from ehr.access_settings import Plans
from ehr.audit.record import AuditLog
from ehr.care import duplicates
from ehr.config import Settings
from ehr.db import STATEMENT_SECONDS, Database
from ehr.directory.accounts import issuer_name
from ehr.role_check import require_bound, require_bound_once_there
from ehr.search import hashing
from ehr.secrets import Keys
from ehr.throttle import Throttle
from ehr.urls import urls

REPORT_CONNECTIONS = 3
AUDIT_CONNECTIONS = 2
ANSWERED_AT_ONCE = 2
"""Requests that one worker answers later, at the same time."""


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


@dataclass(frozen=True, slots=True)
class Answering:
    """What a worker answers requests with, opened by `answering`; statements may take longer."""

    settings: Settings
    keys: Keys
    db: Database
    audit: AuditLog
    authenticator: Authenticator


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Everything a request needs.

    Raises Unavailable when there is no database, UnboundRole for a role that sees too much.
    """
    async with AsyncExitStack() as stack:
        where = urls(settings)
        keys = secrets.load(settings.data_dir)
        hashing.install(keys.hash, (settings.fhir_base,))
        duplicates.limit(settings.elsewhere_limit)
        db = await _pool(stack, where.app, settings.database_pool, "app", Plans.ONCE)
        await require_bound(db)
        reports = await _pool(stack, where.report, REPORT_CONNECTIONS, "report", Plans.EACH)
        audited = await _pool(stack, where.audit, AUDIT_CONNECTIONS, "audit", Plans.ONCE)
        audit = AuditLog(audited)
        stack.push_async_callback(audit.close)
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        issuer = _issuer(settings, http)
        authenticator = _authenticator(settings, db, issuer)
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


@asynccontextmanager
async def answering(settings: Settings) -> AsyncIterator[Answering]:
    """What a worker needs to answer requests later; it waits for a database that is away.

    Raises UnboundRole for a role that sees too much.
    """
    async with AsyncExitStack() as stack:
        where = urls(settings)
        keys = secrets.load(settings.data_dir)
        hashing.install(keys.hash, (settings.fhir_base,))
        seconds = max(STATEMENT_SECONDS, settings.async_timeout)
        db = await Database.open(
            where.app,
            size=ANSWERED_AT_ONCE,
            name="later",
            plans=Plans.ONCE,
            wait=False,
            statement_seconds=seconds,
        )
        stack.push_async_callback(db.close)
        await require_bound_once_there(db)
        audited = await Database.open(
            where.audit, size=AUDIT_CONNECTIONS, name="audit", plans=Plans.ONCE, wait=False
        )
        stack.push_async_callback(audited.close)
        audit = AuditLog(audited)
        stack.push_async_callback(audit.close)
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        authenticator = _authenticator(settings, db, _issuer(settings, http))
        stack.push_async_callback(authenticator.close)
        yield Answering(settings, keys, db, audit, authenticator)


def _issuer(settings: Settings, http: httpx.AsyncClient) -> Issuer:
    return HttpIssuer(settings.issuer, http) if settings.issuer else DemoIssuer(settings)


def _authenticator(settings: Settings, db: Database, issuer: Issuer) -> Authenticator:
    return Authenticator(
        db,
        issuer,
        audience=settings.token_audience,
        issuer_name=issuer_name(settings),
        clients=frozenset({settings.web_client_id}),
        throttle=Throttle(settings.rate_limit, settings.rate_burst),
    )


async def _pool(stack: AsyncExitStack, url: str, size: int, name: str, plans: Plans) -> Database:
    database = await Database.open(url, size=size, name=name, plans=plans)
    stack.push_async_callback(database.close)
    return database
