"""`ehr`: what an operator, a developer or an analyst runs."""

import sys
from typing import NoReturn

import psycopg
import typer

from ehr.cli.db import app as db
from ehr.cli.demo import demo
from ehr.cli.get import get
from ehr.cli.keycloak import app as keycloak
from ehr.cli.report import app as report
from ehr.cli.search import app as search
from ehr.cli.seed import seed
from ehr.cli.serve import serve, worker
from ehr.cli.token import token
from ehr.errors import EhrError, Unavailable

app = typer.Typer(
    help="Trạm: electronic health records for the ward clinics of Hanoi.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(seed)
app.command()(token)
app.command()(get)
app.add_typer(db, name="db")
app.add_typer(report, name="report")
app.add_typer(search, name="search")
app.add_typer(keycloak, name="keycloak")


def main() -> None:
    """Run the command; an error that we foresaw is one sentence, not a stack trace."""
    try:
        app()
    except (psycopg.OperationalError, Unavailable) as error:
        _end(
            f"{error}\nIs the database running, and EHR_DATA_DIR or its URL (EHR_DATABASE_…) right?"
        )
    except (EhrError, ValueError, OSError) as error:
        _end(str(error))


def _end(text: str) -> NoReturn:
    typer.secho(text, fg="red", err=True)
    sys.exit(1)
