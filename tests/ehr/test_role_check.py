"""A role that row-level security does not bind serves nobody."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ehr.db import Database
from ehr.embedded import Embedded
from ehr.role_check import UnboundRole, require_bound

UNBOUND = {
    "postgres": ("ALTER ROLE postgres SUPERUSER", "is a superuser"),
    "sees_all": ("CREATE ROLE sees_all LOGIN BYPASSRLS", "has BYPASSRLS"),
    "ehr_owner": ("ALTER ROLE ehr_owner LOGIN", "may act as the owner of tables"),
    "as_owner": (
        "CREATE ROLE as_owner LOGIN NOINHERIT IN ROLE ehr_owner",
        "may act as the owner of tables",
    ),
}


@pytest.fixture
def unbound(postgres: Embedded, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a role that policies do not bind."""
    name: str = request.param
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(UNBOUND[name][0].encode())
        yield name
        if UNBOUND[name][0].startswith("CREATE"):
            connection.execute(f"DROP ROLE {name}".encode())


async def bound(url: str) -> None:
    database = await Database.open(url, size=1, name="test")
    try:
        await require_bound(database)
    finally:
        await database.close()


@pytest.mark.parametrize("name", ["ehr_app", "ehr_report", "ehr_audit"])
async def test_the_roles_of_the_service_are_bound(postgres: Embedded, name: str) -> None:
    await bound(postgres.url(name))


@pytest.mark.parametrize("unbound", UNBOUND, indirect=True)
async def test_one_that_is_not_is_refused_with_the_reason(postgres: Embedded, unbound: str) -> None:
    with pytest.raises(UnboundRole, match=f"{unbound} of EHR_DATABASE_URL {UNBOUND[unbound][1]}"):
        await bound(postgres.url(unbound))


@pytest.mark.parametrize(("command", "code"), [("serve", 3), ("worker", 1)])
def test_neither_api_nor_worker_starts_with_it(
    postgres: Embedded, tmp_path: Path, command: str, code: int
) -> None:
    roles = {"URL": "postgres"} | {
        f"{name.upper()}_URL": f"ehr_{name}" for name in ("owner", "job", "report", "audit")
    }
    environment = {name: text for name, text in os.environ.items() if not name.startswith("EHR_")}
    environment |= {f"EHR_DATABASE_{name}": postgres.url(role) for name, role in roles.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "ehr.cli", command],
        env=environment | {"EHR_DATA_DIR": str(tmp_path), "PORT": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == code
    assert "The role postgres of EHR_DATABASE_URL is a superuser: use ehr_app." in ended.stderr
