"""`ehr demo`: the whole system on one machine, in one process tree."""

import asyncio
import os
import signal
import socket
import time
from typing import Annotated

import httpx
import psycopg
import typer

from ehr import clock, config, migrate
from ehr.cli.reindex import index_of_this_version
from ehr.cli.supervise import Family
from ehr.config import Settings
from ehr.embedded import Embedded, EmbeddedError
from ehr.urls import urls
from seed.load import SIZES, load_size
from seed.plan import of_size

_READY_SECONDS = 60
_AGAIN_SECONDS = 5


def demo(
    seed: Annotated[str, typer.Option(help=f"How much data: {', '.join(SIZES)}.")] = "small",
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
) -> None:
    """Set up a database, fill it, and serve everything until Ctrl-C; the data stay."""
    if port is not None:
        os.environ["PORT"] = str(port)
    settings = config.from_environment()
    if settings.issuer or settings.database_url:
        raise ValueError("`ehr demo` is for this machine: unset EHR_ISSUER and EHR_DATABASE_URL")
    of_size(seed, 0, clock.now())  # refuses what there is not, before anything is started
    _require_free(settings)
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        signal.signal(signal.SIGHUP, _interrupt)
    try:
        _say(f"Starting PostgreSQL in {settings.data_dir}")
        with Embedded(settings.data_dir).owned() as server:
            migrate.upgrade(urls(settings).owner)
            asyncio.run(index_of_this_version(settings))
            asyncio.run(load_size(settings, seed))
            _serve(settings, server)
    except KeyboardInterrupt:
        _say("Stopped; the data are kept.")


def _serve(settings: Settings, server: Embedded) -> None:
    _say("Starting the service")
    family = Family(("serve", "worker"), settings.data_dir / "logs", _say)
    try:
        _wait_until_ready(settings, family)
        _welcome(settings)
        while True:
            time.sleep(0.5)
            if not server.is_running():
                _say("PostgreSQL stopped; starting it again")
                _start_again(server)
            family.check()
    finally:
        _say("Stopping")
        family.stop()


def _start_again(server: Embedded) -> None:
    """Try until it starts: a disk that is full has room again one day, and then all goes on."""
    while True:
        try:
            server.start()
        except (EmbeddedError, psycopg.OperationalError) as error:
            _say(f"{error}\n  Trying again every {_AGAIN_SECONDS} seconds")
            time.sleep(_AGAIN_SECONDS)
        else:
            return


def _wait_until_ready(settings: Settings, family: Family) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{_local(settings)}/health/ready", trust_env=False).is_success:
                return
        except httpx.HTTPError:
            family.check()
        time.sleep(0.1)
    end = "\n".join(family.log("serve").read_text().splitlines()[-5:])
    raise ValueError(f"the service did not become ready; the end of its log:\n{end}")


def _welcome(settings: Settings) -> None:
    url = _local(settings)
    typer.echo(
        f"""
  Trạm is ready.

  Web app      {url}/app         log in as one of:
                 clinician.00004   a nurse of Ba Đình ward
                 clinician.00145   a nurse of Long Biên ward
                 admin.00004       the head of Ba Đình's station
                 analyst.city      the health department: figures only
  FHIR API     {url}/fhir/metadata
  Figures      {url}/reports/visits?period=YYYY-MM

  A first request:
    curl -H "Authorization: Bearer $({_where(settings)}.venv/bin/ehr token clinician.00004)" \\
         "{url}/fhir/Patient?name=nguyen&_count=1"

  Ctrl-C stops everything; the data stay in {settings.data_dir}, logs in its folder logs/.
"""
    )


def _where(settings: Settings) -> str:
    """What `ehr token` must be told to find this demo, if it is not where it looks by itself."""
    port = f"PORT={settings.port} " if settings.port != 8000 else ""
    is_default = settings.data_dir == config.default_data_dir()
    return port + ("" if is_default else f"EHR_DATA_DIR={settings.data_dir} ")


def _local(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.port}"


def _require_free(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise ValueError(
                f"port {settings.port} is taken: stop what listens there, or choose PORT="
            ) from None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    typer.echo(f"· {text}")
