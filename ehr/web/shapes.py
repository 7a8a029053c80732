"""The answers of `/app/api` and `/reports`, as their OpenAPI document describes them.

What `ehr.care` shows (Profile, Hit …) has its shape there.
"""

from typing import Any

import msgspec

from ehr.care.profile import VisitShown
from ehr.care.resident import Hit, Resident, WardName
from ehr.web.told import Fault


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """JSON in camelCase."""


class Me(Shape, frozen=True, kw_only=True):
    """Who is logged in; `draftKey` seals drafts in the browser, `csrf` goes into X-CSRF."""

    name: str
    account: str
    draft_key: str
    roles: list[str]
    wards: list[WardName]
    clinical: bool
    records: bool
    reports: bool
    csrf: str
    today: str


class DiagnosisChoice(Shape, frozen=True, kw_only=True):
    """An ICD-10 code to choose; `blocked` says why it cannot be."""

    code: str
    display: str
    favourite: bool
    never_main: bool
    sex: str | None
    blocked: str | None


class Diagnoses(Shape, frozen=True, kw_only=True):
    """What fits the text, the usual ones first."""

    diagnoses: list[DiagnosisChoice]


class DrugChoice(Shape, frozen=True, kw_only=True):
    """A drug of the ward's list with its usual dosage."""

    code: str
    name: str
    unit: str
    dose: float
    times_per_day: int
    days: int
    group: str


class Drugs(Shape, frozen=True, kw_only=True):
    """What fits the text, the usual ones first."""

    drugs: list[DrugChoice]


class Residents(Shape, frozen=True, kw_only=True):
    """The first residents that fit the text."""

    residents: list[Hit]


class Recorded(Shape, frozen=True, kw_only=True):
    """The id under which it is stored."""

    id: str


class AlreadyKnown(Shape, frozen=True, kw_only=True, omit_defaults=True):
    """A Refusal, with the caller's own residents who have the number."""

    error: str
    message: str
    field: str | None = None
    faults: list[Fault] = []
    residents: list[Hit] = []


class VisitPage(Shape, frozen=True, kw_only=True):
    """A visit and whose it is."""

    visit: VisitShown
    resident: Resident


class VisitOfDay(VisitShown, frozen=True, kw_only=True):
    """A visit in a list of several residents."""

    patient: Hit


class Day(Shape, frozen=True, kw_only=True):
    """The visits of a day in a ward."""

    day: str
    ward: WardName
    visits: list[VisitOfDay]


class LoggedOut(Shape, frozen=True, kw_only=True, omit_defaults=True):
    """Where to go; `warning` when the issuer still holds a session."""

    location: str
    warning: str | None = None


class ColumnTold(Shape, frozen=True, kw_only=True):
    """A dimension or measure."""

    name: str
    vi: str
    en: str


class ReportTold(Shape, frozen=True, kw_only=True):
    """A report in force, its source and what it counts."""

    slug: str
    title: str
    title_en: str
    source: str
    valid_from: str
    valid_to: str | None
    parameters: list[str]
    columns: list[ColumnTold]
    definitions: list[str]


class Reports(Shape, frozen=True, kw_only=True):
    """The reports in force."""

    reports: list[ReportTold]


class Count(Shape, frozen=True, kw_only=True):
    """A count; `value` is null where it is hidden."""

    value: int | None
    hidden: bool


class CategoryCount(Count, frozen=True, kw_only=True):
    """A category of a margin."""

    code: str
    label: str


class WardCount(Count, frozen=True, kw_only=True):
    """A ward's total, and its square in the tile map."""

    code: str
    name: str
    column: int
    row: int


class Heading(Shape, frozen=True, kw_only=True):
    """A row or column of a grid."""

    code: str
    label: str


class CountGrid(Shape, frozen=True, kw_only=True):
    """Two dimensions, and the rows of cells."""

    rows: list[Heading]
    columns: list[Heading]
    cells: list[list[Count]]


class Figures(Shape, frozen=True, kw_only=True, omit_defaults=True):
    """A report of a month (docs/reports.md); `ward` is there for one ward's report only."""

    report: str
    title: str
    period: str
    generated_at: str
    threshold: int
    total: Count
    wards: list[WardCount]
    margins: dict[str, list[CategoryCount]]
    age_sex: CountGrid
    previous_year: Count
    definitions: list[str]
    ward: WardName | None = None


class Ready(Shape, frozen=True, kw_only=True):
    """What is as it must be."""

    database: bool
    schema: bool
    audit: bool


class SmartConfiguration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """https://hl7.org/fhir/smart-app-launch/conformance.html."""

    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    scopes_supported: list[str]
    response_types_supported: list[str]
    code_challenge_methods_supported: list[str]
    capabilities: list[str]
    revocation_endpoint: str | None = None


class OpenApi(msgspec.Struct, frozen=True, kw_only=True):
    """This document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
