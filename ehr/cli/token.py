"""`ehr token`: a bearer token of the running demo, printed for use with curl.

Asks the demo issuer over loopback, and shows it the secret that lies in the data folder: who
may read that folder may be anybody here. Nothing like it exists where EHR_ISSUER is set.
"""

from typing import Annotated, Any

import httpx
import typer

from auth.demo import PATH
from auth.demo.secrets import existing_mint_secret
from ehr import config


def token(
    name: Annotated[str | None, typer.Argument(help="Whom the token is for.")] = None,
    scope: Annotated[
        str | None, typer.Option(help='SMART scopes, such as "user/Patient.rs".')
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--list", help="Print the names there are, with roles and groups.")
    ] = False,
) -> None:
    """Print a bearer token of the running demo (found through PORT and EHR_DATA_DIR)."""
    if everybody:
        for each in _ask("GET", None):
            about = ", ".join([*each["roles"], *each["groups"]])
            typer.echo(f"{each['login']:<24} {each['name']:<32} {about}")
    elif name is None:
        raise typer.BadParameter("name someone, or use --list")
    else:
        typer.echo(mint(name, scope))


def mint(login: str, scope: str | None = None) -> str:
    """A bearer token of the running demo; ends the program when there is none to ask."""
    fields = {"login": login} | ({"scope": scope} if scope else {})
    return str(_ask("POST", fields)["access_token"])


def _ask(method: str, fields: dict[str, str] | None) -> Any:
    """The demo issuer's answer; ends the program with a sentence when there is none."""
    settings = config.from_environment()
    if settings.issuer is not None:
        raise _end(f"EHR_ISSUER is set: ask {settings.issuer} for a token.")
    secret = existing_mint_secret(settings.data_dir)
    if secret is None:
        raise _end(f"No demo has run in {settings.data_dir} (set EHR_DATA_DIR, or run `ehr demo`).")
    address = f"http://127.0.0.1:{settings.port}{PATH}/mint"
    try:
        reply = httpx.request(
            method, address, data=fields, headers={"X-Demo-Secret": secret}, trust_env=False
        )
    except httpx.HTTPError:
        raise _end(
            f"No demo answers on port {settings.port} (set PORT, or run `ehr demo`)."
        ) from None
    if reply.status_code == 400:
        raise _end("Nobody here has that name; `ehr token --list` shows all.")
    if reply.status_code != 200:
        raise _end(f"What answers on port {settings.port} is not the demo of {settings.data_dir}.")
    return reply.json()


def _end(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)
