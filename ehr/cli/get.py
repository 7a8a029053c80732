"""`ehr get`: one FHIR request to the running demo, with a token, printed readably."""

import json
import sys
from typing import Annotated

import httpx
import typer

from ehr import config
from ehr.cli.token import mint


def get(
    path: Annotated[str, typer.Argument(help='Such as "Patient?name=nguyen" or "metadata".')],
    as_: Annotated[str, typer.Option("--as", help="Whose token to use.")] = "clinician.00004",
) -> None:
    """Read or search the running demo's FHIR API and print the JSON."""
    settings = config.from_environment()
    reply = httpx.get(
        f"http://127.0.0.1:{settings.port}/fhir/{path.lstrip('/')}",
        headers={"Authorization": f"Bearer {mint(as_)}"},
        trust_env=False,
        timeout=30,
    )
    typer.echo(f"{reply.status_code} {reply.headers.get('etag', '')}".rstrip(), err=True)
    typer.echo(json.dumps(reply.json(), ensure_ascii=False, indent=2))
    sys.exit(0 if reply.is_success else 1)
