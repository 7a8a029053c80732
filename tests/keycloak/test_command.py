"""`ehr keycloak sync` as an operator runs it."""

import asyncio

import psycopg
from typer.testing import CliRunner, Result

from ehr.cli.keycloak import app
from ehr.embedded import Embedded


async def run(environment: dict[str, str], *arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env=environment)


async def test_sync(keycloak, postgres: Embedded, clone: str) -> None:
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute("UPDATE account SET issuer = %s", (keycloak.issuer,))
    roles = {"": "app", "OWNER_": "owner", "JOB_": "job", "REPORT_": "report", "AUDIT_": "audit"}
    environment = {
        f"EHR_DATABASE_{name}URL": postgres.url(f"ehr_{role}", clone)
        for name, role in roles.items()
    } | {
        "EHR_DATA_DIR": str(keycloak.keys_folder),
        "EHR_ISSUER": keycloak.issuer,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": keycloak.server.password,
    }
    keys = f"--keys={keycloak.keys_folder}"
    first = await run(environment, "sync", keys)
    assert (first.exit_code, first.exception) == (0, None)
    again = await run(environment, "sync", keys)
    assert again.stdout == "Nothing to change.\n"
    wrong = await run(environment | {"KC_BOOTSTRAP_ADMIN_PASSWORD": "wrong"}, "sync")
    assert "Keycloak did not do it" in str(wrong.exception)
    assert "wrong" not in str(wrong.exception)
    nowhere = await run(environment | {"EHR_ISSUER": ""}, "sync")
    assert "EHR_ISSUER" in str(nowhere.exception)
    odd = await run(environment | {"EHR_ISSUER": "https://id.example/"}, "sync")
    assert "not the URL of a Keycloak realm" in str(odd.exception)
