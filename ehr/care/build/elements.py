"""The data types the builders share: codings, references, quantities, ids of children."""

from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from ehr.care.documents import Measure
from ehr.fhir.resource import Number
from ehr.terminology.systems import UCUM

Element = dict[str, Any]


def child_id(parent: str, name: str) -> str:
    """The id of a resource made with `parent` (a UUID): the same whenever it is made again."""
    return str(uuid5(UUID(parent), name))


def reference(resource_type: str, resource_id: str) -> Element:
    """A relative reference."""
    return {"reference": f"{resource_type}/{resource_id}"}


def coding(system: str, code: str, display: str | None = None) -> Element:
    """A Coding, with its display if there is one."""
    value: Element = {"system": system, "code": code}
    if display:
        value["display"] = display
    return value


def concept(system: str, code: str, display: str | None = None, text: str | None = None) -> Element:
    """A CodeableConcept of one coding."""
    value: Element = {"coding": [coding(system, code, display)]}
    if text:
        value["text"] = text
    return value


@lru_cache(maxsize=4096)
def _fraction(value: float) -> Number:
    return Number(repr(value))


def number(value: Measure) -> int | Number:
    """`value` as JSON writes it, without the noise of binary fractions."""
    return value if isinstance(value, int) else _fraction(value)


def quantity(value: Measure, unit: str, code: str | None = None) -> Element:
    """A Quantity: `unit` is read by people, `code` is UCUM if there is one."""
    measured: Element = {"value": number(value), "unit": unit}
    if code:
        measured["system"] = UCUM
        measured["code"] = code
    return measured


def extension(url: str, kind: str, value: Any) -> Element:
    """An Extension with `value<kind>`."""
    return {"url": url, f"value{kind}": value}


def clean(text: str | None) -> str | None:
    """`text` without surrounding blanks; None if nothing is left (FHIR has no empty string)."""
    return (text.strip() or None) if text else None
