"""What a tour in Python starts from: the server, who asks, what is sent, and the steps it tells.

The same environment starts the tours in JavaScript and Java: `fixtures/touring.py`.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fixtures.records import observation, patient

BASE = os.environ["FHIR_BASE"]
SYSTEM, NURSE, OTHER_WARD, HOSPITAL, CITY = (
    os.environ[f"TOKEN_{name}"] for name in ("SYSTEM", "NURSE", "OTHER_WARD", "HOSPITAL", "CITY")
)
TOUR = "http://example.org/tour"
"""The system of the identifiers by which one run of a tour finds its own records."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """One step, told when it went well; what fails ends the tour."""
    yield
    print(f"ok {name}", flush=True)  # noqa: T201 # what the runner reads


def identifier() -> dict[str, str]:
    """An identifier that nobody has."""
    return {"system": TOUR, "value": str(uuid.uuid4())}


def person(**changed: Any) -> dict[str, Any]:
    """A resident of ward 00004."""
    return patient("ward-00004") | {"identifier": [identifier()]} | changed


def token_of(resource: Any) -> str:
    """The search value of a resource's identifier."""
    one = resource["identifier"][0]
    return f"{one['system']}|{one['value']}"


def transaction(family: str) -> dict[str, Any]:
    """A resident with a weight, who refer to each other by urn:uuid."""
    name, weight = f"urn:uuid:{uuid.uuid4()}", f"urn:uuid:{uuid.uuid4()}"
    who = person(name=[{"family": family, "given": ["Thử"]}])
    found = observation("x") | {"subject": {"reference": name}}
    entries = [
        {"fullUrl": weight, "resource": found, "request": {"method": "POST", "url": "Observation"}},
        {"fullUrl": name, "resource": who, "request": {"method": "POST", "url": "Patient"}},
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}
