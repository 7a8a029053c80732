"""`ehr db`: the schema."""

import asyncio

import typer

from ehr import config, migrate
from ehr.cli.reindex import index_of_this_version
from ehr.config import Settings
from ehr.embedded import Embedded
from ehr.urls import is_embedded, urls

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Run the migrations that are missing, as the owner role, and index anew if that is needed."""
    settings = config.from_environment()
    server = Embedded(settings.data_dir)
    if is_embedded(settings) and not server.is_running():
        with server.owned():
            _upgrade(settings)
    else:
        _upgrade(settings)


@app.command()
def current() -> None:
    """Show the revision of the database and the one this version needs."""
    owner = urls(config.from_environment()).owner
    typer.echo(f"database {migrate.current(owner) or 'empty'}, needed {migrate.head()}")


def _upgrade(settings: Settings) -> None:
    owner_url = urls(settings).owner
    before = migrate.current(owner_url)
    migrate.upgrade(owner_url)
    after = migrate.current(owner_url)
    typer.echo(f"at {after}" if before == after else f"{before or 'empty'} → {after}")
    indexed = asyncio.run(index_of_this_version(settings))
    if indexed:
        typer.echo(f"indexed {indexed:,} records anew")
