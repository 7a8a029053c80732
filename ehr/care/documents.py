"""The documents of ward staff, as they come from the web app, its outbox and the seed.

camelCase on the wire, no unknown field, ids made by the client (UUIDs), so that a document
sent twice is one record. What a value may be is `ehr.care.checks`; docs/api/care.md is the
page for both. `decode` is the way in for JSON.
"""

import re
from typing import Literal, TypeVar

import msgspec

from ehr.errors import Invalid, InvalidJson

Sex = Literal["male", "female", "other", "unknown"]
Measure = int | float
"""A number as typed: 58 stays 58 and 36.8 stays 36.8."""


class Document(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """One frozen document; equal documents are equal values."""


class Address(Document, frozen=True, kw_only=True):
    """House, lane and street; `hamlet` is the tổ dân phố or thôn."""

    line: str | None = None
    hamlet: str | None = None


class RegisterPatient(Document, frozen=True, kw_only=True):
    """A resident to be registered; `ward` is a five-digit code, by default the caller's ward."""

    id: str
    name: str
    sex: Sex
    birth_date: str
    """YYYY, YYYY-MM or YYYY-MM-DD."""
    cccd: str | None = None
    bhyt: str | None = None
    phone: str | None = None
    ward: str | None = None
    address: Address | None = None
    ethnicity: str | None = None
    """Two digits of the list of 54 dân tộc."""
    mother_name: str | None = None


class Vitals(Document, frozen=True, kw_only=True):
    """Vital signs: mmHg, beats and breaths a minute, °C, %, kg, cm, cm, mmol/L."""

    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    temperature: Measure | None = None
    respiration: int | None = None
    spo2: int | None = None
    weight: Measure | None = None
    height: Measure | None = None
    waist: Measure | None = None
    glucose: Measure | None = None
    """Capillary, by glucometer."""


class Diagnosis(Document, frozen=True, kw_only=True):
    """An ICD-10 code with the words it was chosen by; one of a visit is `main`."""

    code: str
    display: str
    main: bool = False


class Drug(Document, frozen=True, kw_only=True):
    """A line of the prescription: `dose` `unit`, `timesPerDay` times a day, for `days` days."""

    name: str
    dose: Measure
    unit: str
    times_per_day: int
    days: int
    quantity: Measure
    code: str | None = None
    """Of the ward's drug list (`ehr.terminology.lookup.drugs`)."""
    note: str | None = None


class RecordVisit(Document, frozen=True, kw_only=True):
    """One visit to the ward clinic, saved whole or not at all."""

    id: str
    patient: str
    reason: str
    kind: str = "01"
    """MA_LOAI_KCB."""
    insurance: bool
    start: str | None = None
    """ISO 8601; without an offset it is Hanoi's; by default now."""
    vitals: Vitals = Vitals()
    diagnoses: tuple[Diagnosis, ...] = ()
    drugs: tuple[Drug, ...] = ()
    advice: str | None = None
    next_date: str | None = None
    """YYYY-MM-DD: the day of the next appointment."""
    ward: str | None = None
    """Five digits: where it happened, for a caller with several wards."""


class RecordImmunization(Document, frozen=True, kw_only=True):
    """One dose given at the ward clinic; `vaccine` is a CVX code."""

    id: str
    patient: str
    vaccine: str
    date: str
    """YYYY-MM-DD."""
    dose: int
    """1 for the first dose of its series."""
    lot: str | None = None
    programme: Literal["tcmr", "dich-vu", "chien-dich"] = "tcmr"


class Refer(Document, frozen=True, kw_only=True):
    """A resident is sent to a hospital (phiếu chuyển cơ sở khám bệnh, chữa bệnh)."""

    id: str
    patient: str
    to: str
    """Id of the hospital's Organization."""
    reason: str
    visit: str | None = None
    """Id of the Encounter at which it was decided."""
    urgency: Literal["routine", "urgent", "stat"] = "routine"
    diagnosis: Diagnosis | None = None


Kind = TypeVar("Kind", bound=Document)

_PLACE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_FIELD = re.compile(r"(?:required|unknown) field `(?P<field>[^`]*)`")


def decode(body: bytes, kind: type[Kind]) -> Kind:
    """The document in `body` (JSON); InvalidJson or Invalid whose expression is its field."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJson(f"The body is not JSON: {error}") from None


def _refusal(text: str) -> Invalid:
    """msgspec's "Expected `str`, got `int` - at `$.diagnoses[0].code`" as an error with a place."""
    place = _PLACE.search(text)
    said = text[: place.start()] if place else text
    path = place["path"] if place else ""
    field = _FIELD.search(said)
    if field:
        path = f"{path}.{field['field']}".lstrip(".")
    code = "required" if "missing required" in said else "structure"
    return Invalid(said, expression=path or None, code=code, details=code)
