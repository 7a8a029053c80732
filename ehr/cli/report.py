"""`ehr report`: the city's figures on the command line, for who may use the database's roles."""

import asyncio
import json
from collections.abc import Coroutine
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ehr import clock, config
from ehr.aggregates import recount
from ehr.aggregates.recount import Difference
from ehr.audit.event import Event
from ehr.audit.record import AuditLog
from ehr.config import Settings
from ehr.db import Database
from ehr.reports import registry
from ehr.reports.params import parse
from ehr.reports.render.csv import as_csv
from ehr.reports.render.json import as_json
from ehr.reports.render.table import as_table
from ehr.reports.report import Document, Params
from ehr.reports.run import make
from ehr.urls import urls

app = typer.Typer(help="The city's figures.", no_args_is_help=True)


class Format(StrEnum):
    """How a report is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command()
def run(
    slug: Annotated[str, typer.Argument(help="Which report: see `ehr report list`.")],
    period: Annotated[str, typer.Option(help="The month, such as 2026-11.")],
    ward: Annotated[str | None, typer.Option(help="Code of one ward; else the city.")] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.TABLE,
) -> None:
    """Show a report of a month; small cells are hidden as everywhere."""
    params = parse([("period", period), *([("ward", ward)] if ward else [])])
    document = _wait(_document(config.from_environment(), slug, params))
    match format:
        case Format.TABLE:
            Console().print(as_table(document))
        case Format.CSV:
            typer.echo(as_csv(document), nl=False)
        case Format.JSON:
            typer.echo(json.dumps(as_json(document), ensure_ascii=False, indent=2))


@app.command("list")
def list_reports() -> None:
    """List the reports in force today."""
    table = Table("slug", "Báo cáo", "Report", "from")
    for report in registry.current(clock.today()):
        table.add_row(report.slug, report.vi, report.en, report.valid_from.isoformat())
    Console().print(table)


@app.command()
def check() -> None:
    """Count the visits again and compare with the figures; fails if they differ."""
    found = _wait(_differences(config.from_environment()))
    for each in found:
        typer.echo(
            f"place {each.place}, grain {each.grain}, {each.period}, measure {each.measure}:"
            f" figure {each.figure}, counted {each.counted}"
        )
    if found:
        raise ValueError(f"{len(found)} figures differ; `ehr report rebuild` makes them anew")
    typer.echo("every figure is what the visits say")


@app.command()
def rebuild() -> None:
    """Make every figure anew from the visits."""
    places = _wait(_rebuild(config.from_environment()))
    typer.echo(f"figures of {places} places made anew")


async def _document(settings: Settings, slug: str, params: Params) -> Document:
    where = urls(settings)
    reports = await Database.open(where.report, size=1, name="report")
    audit = AuditLog(await Database.open(where.audit, size=1, name="audit"))
    try:
        document = await make(reports, slug, params, threshold=settings.hidden_below)
        asked = f"period={params.period}" + (f"&ward={params.ward}" if params.ward else "")
        await audit.record(Event("report", entity=f"Measure/{slug}?{asked}"))
        return document
    finally:
        await audit.close()
        await reports.close()


async def _differences(settings: Settings) -> list[Difference]:
    jobs = await Database.open(urls(settings).job, size=1, name="job")
    try:
        return await recount.differences(jobs)
    finally:
        await jobs.close()


async def _rebuild(settings: Settings) -> int:
    jobs = await Database.open(urls(settings).job, size=1, name="job")
    try:
        return await recount.rebuild(jobs)
    finally:
        await jobs.close()


def _wait(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)
