"""`ehr`: what an operator, a developer or an analyst runs."""

import sys

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
from ehr.errors import EhrError

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
    except (EhrError, ValueError) as error:
        typer.secho(str(error), fg="red", err=True)
        sys.exit(1)
