"""`ehr token` against a running demo."""

import asyncio

import pytest
import typer
from typer.testing import CliRunner, Result

from auth.demo import secrets as files
from ehr.access import Power, Role, Verb
from ehr.cli.token import token

APP = typer.Typer()
APP.command()(token)


async def run(demo, *arguments: str, **environment: str) -> Result:
    """The command in a thread of its own, since it waits for this loop's server."""
    variables = {
        "EHR_DATA_DIR": str(demo.settings.data_dir),
        "PORT": str(demo.settings.port),
    } | environment
    return await asyncio.to_thread(CliRunner().invoke, APP, arguments, env=variables)


@pytest.fixture(autouse=True)
def _started(demo) -> None:
    files.mint_secret(demo.settings.data_dir)


async def test_a_token_works_at_once(demo) -> None:
    done = await run(demo, "clinician.00004")
    assert done.exit_code == 0
    access = await demo.access(done.stdout.strip())
    assert (access.account, access.wards) == (1, {1})


async def test_scopes_can_be_named(demo) -> None:
    done = await run(demo, "clinician.00004", "--scope", "user/Patient.r user/*.dus")
    assert (await demo.access(done.stdout.strip())).rights == {("Patient", Verb.READ)}


async def test_the_system_client_may_do_everything(demo) -> None:
    access = await demo.access((await run(demo, "system")).stdout.strip())
    assert access.roles == {Role.SYSTEM}
    assert access.every_ward
    assert access.rights == {("*", verb) for verb in Verb}
    assert Power.CHOOSE_IDS in access.powers


async def test_the_analyst_reads_figures_only(demo) -> None:
    access = await demo.access((await run(demo, "analyst.city")).stdout.strip())
    assert access.reports
    assert access.rights == frozenset()


async def test_everybody_is_listed(demo) -> None:
    done = await run(demo, "--list")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "analyst.city",
        "clinician.00004",
        "clinician.00008",
        "clinician.00145",
        "hospital.bachmai",
        "nobody",
        "system",
    ]


async def test_what_is_missing_is_said(demo, tmp_path_factory) -> None:
    stranger = await run(demo, "stranger")
    assert (stranger.exit_code, stranger.stdout) == (1, "")
    assert "--list" in stranger.stderr
    elsewhere = str(tmp_path_factory.mktemp("empty"))
    assert "No demo has run" in (await run(demo, "system", EHR_DATA_DIR=elsewhere)).stderr
    assert "No demo answers" in (await run(demo, "system", PORT="1")).stderr
    assert "EHR_ISSUER" in (await run(demo, "system", EHR_ISSUER="https://id.example")).stderr
    assert (await run(demo)).exit_code == 2
