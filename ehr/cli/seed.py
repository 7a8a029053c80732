"""`ehr seed`: wards, staff, clients and synthetic residents (docs/seed.md)."""

import asyncio
from typing import Annotated

import typer

from ehr import config, migrate
from ehr.embedded import Embedded
from ehr.urls import is_embedded, urls
from seed.load import SIZES, Loaded, load_size


def seed(
    size: Annotated[
        str, typer.Option(envvar="SEED", help=f"How much: {', '.join(SIZES)}.")
    ] = "small",
    number: Annotated[
        int | None, typer.Option(help="The seed number; the first run of a database fixes it.")
    ] = None,
) -> None:
    """Fill the database with the wards, their staff, and residents that nobody is."""
    settings = config.from_environment()
    server = Embedded(settings.data_dir)
    if is_embedded(settings) and not server.is_running():
        with server.owned():
            migrate.upgrade(urls(settings).owner)
            _say(asyncio.run(load_size(settings, size, number)))
    else:
        _say(asyncio.run(load_size(settings, size, number)))


def _say(loaded: Loaded) -> None:
    if loaded.resources:
        typer.echo(f"· Wrote {loaded.people:,} residents, {loaded.resources:,} resources")
    else:
        typer.echo("· Already seeded: nothing to write")
