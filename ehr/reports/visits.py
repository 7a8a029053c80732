"""The report `visits`: visits of a month by ward, age, sex, ICD-10 chapter and insurance.

docs/reports.md. Nothing but this fixed set of tables is published.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date

from ehr import clock
from ehr.aggregates.figures import Figure, of_months
from ehr.db import Database
from ehr.reports import wards as tiles
from ehr.reports.counts import KINDS, Counts, Kind, column_sums
from ehr.reports.report import (
    Category,
    Cell,
    Column,
    Document,
    Grid,
    Params,
    Report,
    WardCell,
)
from ehr.reports.suppress.plan import Plan, plan
from ehr.reports.wards import Tile
from ehr.visits import dimensions
from ehr.visits.dimensions import Dimension
from ehr.visits.measures import (
    VISITS_BY_AGE_AND_SEX,
    VISITS_BY_CHAPTER,
    VISITS_BY_INSURANCE,
)

DIMENSIONS: Mapping[Kind, Dimension] = {
    "band": dimensions.BANDS,
    "sex": dimensions.SEXES,
    "chapter": dimensions.CHAPTERS,
    "insurance": dimensions.INSURANCE,
}
NAMES: Mapping[Kind, str] = {
    "band": "ageBand",
    "sex": "sex",
    "chapter": "chapter",
    "insurance": "insurance",
}
_KEPT = 48
"""Plans kept: a few years of months. The same counts always make the same plan."""

_plans: OrderedDict[tuple[int, frozenset[int], tuple[Figure, ...]], Plan] = OrderedDict()


async def make(db: Database, report: Report, params: Params, threshold: int) -> Document:
    """The document of a month, of the city or of one ward; raises InvalidQuery for no such ward."""
    before = params.month.replace(year=params.month.year - 1)
    wards = await tiles.of_month(db, params.month)
    ward = tiles.by_code(wards, params.ward) if params.ward else None
    figures = await of_months(db, (params.month, before))
    now = await _plan(figures, params.month, wards, threshold)
    then = await _plan(figures, before, wards, threshold)
    area = ward.id if ward else None
    totals = now.counts.totals()
    return Document(
        report=report.slug,
        title=report.vi,
        period=params.period,
        generated_at=clock.now().astimezone(clock.HANOI),
        threshold=threshold,
        total=_total(now, totals, area),
        wards=tuple(
            WardCell(each.code, each.name, each.column, each.row, _total(now, totals, each.id))
            for each in ([ward] if ward else wards)
        ),
        margins={NAMES[kind]: _margin(now, area, kind) for kind in KINDS},
        age_sex=_grid(now, area),
        definitions=report.definitions,
        columns=report.columns,
        previous_year=_total(then, then.counts.totals(), area),
        ward=(ward.code, ward.name) if ward else None,
    )


async def _plan(
    figures: list[Figure], month: date, wards: tuple[Tile, ...], threshold: int
) -> Plan:
    """What to hide of a month, worked out once for the same counts, beside other requests."""
    places = frozenset(ward.id for ward in wards)
    mine = tuple(sorted(f for f in figures if f.month == month and f.place in places))
    key = threshold, places, mine
    if key not in _plans:
        _plans[key] = await asyncio.to_thread(plan, _counts(mine, places), threshold)
    _plans.move_to_end(key)
    while len(_plans) > _KEPT:
        _plans.popitem(last=False)
    return _plans[key]


def _counts(figures: tuple[Figure, ...], places: frozenset[int]) -> Counts:
    age_sex: dict[int, dict[tuple[int, int], int]] = {place: {} for place in places}
    chapter: dict[int, dict[int, int]] = {place: {} for place in places}
    insurance: dict[int, dict[int, int]] = {place: {} for place in places}
    for each in figures:
        if each.measure == VISITS_BY_AGE_AND_SEX:
            age_sex[each.place][each.band, each.sex] = each.value
        elif each.measure == VISITS_BY_CHAPTER:
            chapter[each.place][each.chapter] = each.value
        elif each.measure == VISITS_BY_INSURANCE:
            insurance[each.place][each.insurance] = each.value
    return Counts(age_sex, chapter, insurance)


def _cell(value: int, hidden: bool) -> Cell:
    return Cell(None, True) if hidden else Cell(value)


def _total(made: Plan, totals: Mapping[int, int], ward: int | None) -> Cell:
    if ward is None:
        return _cell(sum(totals.values()), made.nothing)
    return _cell(totals.get(ward, 0), made.hides_total(ward))


def _margin(made: Plan, ward: int | None, kind: Kind) -> tuple[Category, ...]:
    rows = made.counts.margins(kind)
    values = column_sums(rows) if ward is None else rows[ward]

    def hidden(key: int) -> bool:
        if ward is None:
            return made.hides_city_margin(kind, key)
        return made.hides_margin(ward, kind, key)

    return tuple(
        Category(category.code, category.vi, _cell(values.get(key, 0), hidden(key)))
        for key, category in DIMENSIONS[kind].items()
    )


def _grid(made: Plan, ward: int | None) -> Grid:
    age_sex = made.counts.age_sex
    tables = list(age_sex.values()) if ward is None else [age_sex[ward]]
    hidden: Callable[[int, int], bool] = (
        made.hides_city_cell if ward is None else lambda band, sex: made.hides_cell(ward, band, sex)
    )
    bands, sexes = dimensions.BANDS, dimensions.SEXES
    return Grid(
        rows=tuple((band.code, band.vi) for band in bands.values()),
        columns=tuple((sex.code, sex.vi) for sex in sexes.values()),
        cells=tuple(
            tuple(
                _cell(sum(table.get((band, sex), 0) for table in tables), hidden(band, sex))
                for sex in sexes
            )
            for band in bands
        ),
    )


VISITS = Report(
    slug="visits",
    vi="Lượt khám tại trạm y tế",
    en="Visits to ward health stations",
    source="Số liệu điều hành của Sở Y tế; nhóm tuổi theo Biểu 14, Thông tư 23/2025/TT-BYT",
    valid_from=date(2025, 7, 1),
    valid_to=None,
    columns=(
        Column("ward", "Phường, xã", "Ward or commune"),
        Column("ageBand", "Nhóm tuổi", "Age band"),
        Column("sex", "Giới tính", "Sex"),
        Column("chapter", "Chương ICD-10", "ICD-10 chapter"),
        Column("insurance", "Bảo hiểm y tế", "Health insurance"),
    ),
    definitions=(
        "Một lượt khám được tính một lần, khi đã kết thúc, vào ngày bắt đầu khám theo giờ Hà Nội.",
        "Tính theo nơi khám, không theo nơi cư trú; đếm lượt khám, không đếm người.",
        "Chương ICD-10 theo chẩn đoán chính; không có chẩn đoán chính thì ghi là không rõ.",
        "Tuổi tính đến ngày khám; chuyển hồ sơ sang phường, xã khác không làm đổi số liệu.",
        "Ô nhỏ hơn ngưỡng được ẩn, cùng với những ô mà từ đó có thể suy ra ô đã ẩn.",
        "Số liệu gồm cả lượt khám vừa ghi và có thể thay đổi khi hồ sơ được sửa.",
    ),
    make=make,
)
