"""`ehr search`: how the running demo answers a search."""

import sys
from typing import Annotated

import httpx
import typer

from ehr import config
from ehr.cli.token import mint

app = typer.Typer(help="Look into searches.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keeps `explain` a command of its own while it is the only one."""


@app.command()
def explain(
    search: Annotated[str, typer.Argument(help='Such as "Observation?code=8480-6&_sort=-date".')],
    as_: Annotated[str, typer.Option("--as", help="Whose token to use.")] = "system",
) -> None:
    """Print how a search would be answered: the indexes expected, their rows and costs."""
    settings = config.from_environment()
    joint = "&" if "?" in search else "?"
    reply = httpx.get(
        f"http://127.0.0.1:{settings.port}/fhir/{search.lstrip('/')}{joint}_explain=true",
        headers={"Authorization": f"Bearer {mint(as_)}"},
        trust_env=False,
        timeout=30,
    )
    for line in told(reply.json()):
        typer.echo(line)
    sys.exit(0 if reply.is_success else 1)


def told(answer: dict) -> list[str]:  # type: ignore[type-arg] # JSON
    """What the outcomes of an answer say, one a line."""
    entries = answer.get("entry", [{"resource": answer}])
    issues = [issue for entry in entries for issue in entry["resource"].get("issue", ())]
    return [f"{one['severity']}: {one['diagnostics']}" for one in issues]
