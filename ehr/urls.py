"""The database URL of each role: as set, or of the embedded server in the data folder."""

from dataclasses import dataclass

from ehr.config import Settings
from ehr.embedded import Embedded


@dataclass(frozen=True, slots=True, repr=False)
class Urls:
    """One URL a role; never shown, since they may hold passwords."""

    app: str
    owner: str
    job: str
    report: str
    audit: str


def urls(settings: Settings) -> Urls:
    """The URLs in force; raises ValueError, naming what is missing, when only some are set."""
    given = {
        "app": settings.database_url,
        "owner": settings.database_owner_url,
        "job": settings.database_job_url,
        "report": settings.database_report_url,
        "audit": settings.database_audit_url,
    }
    if not any(given.values()):
        embedded = Embedded(settings.data_dir)
        return Urls(**{name: embedded.url(f"ehr_{name}") for name in given})
    missing = [name for name, url in given.items() if not url]
    if missing:
        names = {"app": "EHR_DATABASE_URL"} | {
            name: f"EHR_DATABASE_{name.upper()}_URL" for name in given if name != "app"
        }
        raise ValueError("set too: " + ", ".join(names[name] for name in missing))
    return Urls(**{name: url for name, url in given.items() if url})


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded server is used."""
    return settings.database_url is None
