"""All settings, in one frozen object, read from the environment (EHR_*) when asked for."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, get_type_hints

_MOST = 2**31 - 1
_RANGES = {
    "port": (1, 65_535),
    "database_pool": (1, 1_000),
    "body_limit": (1, _MOST),
    "bundle_limit": (1, _MOST),
    "conditional_delete_limit": (1, 999),
    "rate_burst": (1, _MOST),
    "async_expiry": (1, _MOST),
    "async_timeout": (1, 86_400),
    "hidden_below": (1, _MOST),
}
"""Of the whole numbers that are not just 0 or more."""
_ORIGIN = r"https?://[^\s/?#,]+"
_FORMS = [
    (re.compile(names), re.compile(pattern), form)
    for names, pattern, form in (
        (
            "EHR_DATABASE_.*",
            r"postgres(ql)?://\S+",
            "a URL such as postgresql://role:password@host/database",
        ),
        ("EHR_BASE_URL|EHR_ISSUER", rf"{_ORIGIN}(/\S*)?", "a URL that begins with https://"),
        (
            "EHR_BROWSER_ORIGINS",
            rf"\s*({_ORIGIN}\s*,?\s*)*",
            "origins such as https://app.example, without a path, parted by commas",
        ),
        (
            "EHR_LOG_LEVEL",
            "DEBUG|INFO|WARNING|ERROR|CRITICAL",
            "DEBUG, INFO, WARNING, ERROR or CRITICAL",
        ),
    )
]
"""Settings that have a form: their names, the form, and what it is in words."""


def default_data_dir() -> Path:
    """Where the embedded database and the secrets live when EHR_DATA_DIR is not set.

    PostgreSQL refuses to run as root, so a root user's data must lie where an unprivileged
    user can reach it.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/tram")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "tram"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting with its description; `from_environment` is the only reader of EHR_*."""

    data_dir: Annotated[Path, "Folder of the embedded database and the generated secrets."]
    database_url: Annotated[
        str | None, "URL of the application role; unset: the embedded PostgreSQL."
    ] = None
    database_owner_url: Annotated[str | None, "URL of the owner role, for migrations."] = None
    database_job_url: Annotated[str | None, "URL of the job role, for the worker."] = None
    database_report_url: Annotated[str | None, "URL of the report role: aggregates only."] = None
    database_audit_url: Annotated[str | None, "URL of the audit role: inserts events only."] = None
    database_pool: Annotated[int, "Connections of one process to the application role."] = 10
    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on; PORT is read too."] = 8000
    base_url: Annotated[
        str | None, "Public base URL of this service; unset: http://127.0.0.1:<port>."
    ] = None
    issuer: Annotated[
        str | None, "OIDC issuer (Keycloak's realm URL); unset: the demo issuer, on loopback only."
    ] = None
    audience: Annotated[str | None, "Audience tokens must name; unset: the FHIR base."] = None
    web_client_id: Annotated[str, "OAuth client of the web app."] = "tram-web"
    web_client_secret: Annotated[str | None, "Its secret, if the client is confidential."] = None
    allowed_hosts: Annotated[str, "Comma-separated Host names that are answered."] = (
        "127.0.0.1,localhost,[::1]"
    )
    browser_origins: Annotated[
        str,
        "Comma-separated origins (https://app.example) whose pages may call the FHIR API (CORS).",
    ] = ""
    trusted_proxies: Annotated[
        str, "Comma-separated proxies whose X-Forwarded-For is believed."
    ] = ""
    body_limit: Annotated[int, "Largest request body in bytes."] = 10_000_000
    bundle_limit: Annotated[int, "Largest bundle body in bytes."] = 50_000_000
    conditional_delete_limit: Annotated[
        int,
        "Most records that one conditional delete removes, at most 999; 1: several are refused.",
    ] = 1
    rate_limit: Annotated[
        int, "Requests a second of one caller, counted by each process; 0: as many as he likes."
    ] = 10_000
    rate_burst: Annotated[int, "Requests of one caller at once, after a while of fewer."] = 20_000
    elsewhere_limit: Annotated[
        int, "Times an hour that one caller is told that somebody is registered in another ward."
    ] = 30
    async_limit: Annotated[
        int, "Most requests of one caller that wait to be answered later, or wait to be fetched."
    ] = 20
    async_expiry: Annotated[int, "Seconds that such a request, and then its answer, are kept."] = (
        3_600
    )
    async_timeout: Annotated[
        int, "Seconds that one statement of such a request may take; of others it is 5."
    ] = 120
    hidden_below: Annotated[
        int, "Counts from 1 to one less than this are hidden in the city's figures."
    ] = 5
    log_level: Annotated[str, "Least severe log level shown."] = "INFO"

    @property
    def public_url(self) -> str:
        """The base URL without a trailing slash."""
        return (self.base_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def cors_origins(self) -> tuple[str, ...]:
        """The origins of other sites whose pages may call the FHIR API."""
        return tuple(part.strip() for part in self.browser_origins.split(",") if part.strip())

    @property
    def fhir_base(self) -> str:
        """The FHIR base, which is also the default audience of tokens."""
        return f"{self.public_url}/fhir"

    @property
    def token_audience(self) -> str:
        """The `aud` that a token must contain."""
        return self.audience or self.fhir_base


def descriptions() -> dict[str, str]:
    """Environment name → description of every setting, for the docs and `ehr serve --help`."""
    hints = get_type_hints(Settings, include_extras=True)
    return {f"EHR_{f.name.upper()}": hints[f.name].__metadata__[0] for f in fields(Settings)}


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from EHR_* variables; raises ValueError that names a bad one and what it may be."""
    env = os.environ if environ is None else environ
    _refuse_misspelt(env)
    folder = Path(env.get("EHR_DATA_DIR") or default_data_dir()).absolute()
    values: dict[str, object] = {"data_dir": folder}
    if env.get("PORT"):
        values["port"] = _whole("PORT", env["PORT"], *_RANGES["port"])
    for each in fields(Settings):
        name = f"EHR_{each.name.upper()}"
        text = env.get(name)
        if each.name == "data_dir" or not text:
            continue
        if isinstance(each.default, int):
            values[each.name] = _whole(name, text, *_RANGES.get(each.name, (0, _MOST)))
        else:
            values[each.name] = _matching(name, text)
    return Settings(**values)  # type: ignore[arg-type] # each value has its field's type


def _refuse_misspelt(env: Mapping[str, str]) -> None:
    """A name that is nearly a setting's would be passed over, and the setting be its default."""
    known = [*descriptions(), "EHR_KEY_HASH", "EHR_KEY_LINKS", "EHR_KEY_SESSIONS"]
    for name in env:
        if name.startswith("EHR_") and name not in known:
            meant = get_close_matches(name, known, 1, 0.85)
            if meant:
                raise ValueError(f"{name} is no setting: did you mean {meant[0]}?")


def _whole(name: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {text!r}") from None
    if not least <= number <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {number}")
    return number


def _matching(name: str, text: str) -> str:
    """`text`, if it is of the form of its setting; it is not shown, since it may be a password."""
    for names, pattern, form in _FORMS:
        if names.fullmatch(name) and not pattern.fullmatch(text):
            raise ValueError(f"{name} must be {form}")
    return text
