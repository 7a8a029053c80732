"""`ehr db`: the schema."""

import typer

from ehr import config, migrate
from ehr.embedded import Embedded
from ehr.urls import is_embedded, urls

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Run the migrations that are missing, as the owner role."""
    settings = config.from_environment()
    server = Embedded(settings.data_dir)
    if is_embedded(settings) and not server.is_running():
        with server.owned():
            _upgrade(urls(settings).owner)
    else:
        _upgrade(urls(settings).owner)


@app.command()
def current() -> None:
    """Show the revision of the database and the one this version needs."""
    owner = urls(config.from_environment()).owner
    typer.echo(f"database {migrate.current(owner) or 'empty'}, needed {migrate.head()}")


def _upgrade(owner_url: str) -> None:
    before = migrate.current(owner_url)
    migrate.upgrade(owner_url)
    after = migrate.current(owner_url)
    typer.echo(f"at {after}" if before == after else f"{before or 'empty'} → {after}")
