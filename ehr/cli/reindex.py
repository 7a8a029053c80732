"""`ehr db upgrade` and the demo: the index made anew where an older version wrote it."""

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ehr import secrets
from ehr.config import Settings
from ehr.db import Database
from ehr.jobs.reindex import reindex
from ehr.search import hashing
from ehr.urls import urls


async def index_of_this_version(settings: Settings) -> int:
    """Bring the index to this version, with a progress bar; the records that were indexed."""
    hashing.install(secrets.load(settings.data_dir).hash, (settings.fhir_base,))
    db = await Database.open(urls(settings).job, size=1, name="reindex")
    columns = (TextColumn("· Indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("index", total=None, visible=False)
            return await reindex(
                db, lambda done, total: bar.update(task, completed=done, total=total, visible=True)
            )
    finally:
        await db.close()
