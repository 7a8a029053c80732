"""Parameters that fit no operation: each is refused with an OperationOutcome, never a 500."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import SYSTEM, Api

from ehr.fhir.resource import Number

_MERGE = (
    "source-patient", "source-patient-identifier", "target-patient", "result-patient", "preview",
)  # fmt: skip
_EVERYTHING = ("start", "end", "_since", "_type", "_count", "_page")
NAMES: dict[str, tuple[str, ...]] = {
    "Patient/{id}/$everything": _EVERYTHING,
    "Encounter/{visit}/$everything": _EVERYTHING,
    "Observation/$lastn": ("max", "patient", "code", "date", "value-quantity", "_include"),
    "Observation/$stats": (
        "subject", "code", "system", "coding", "duration", "period", "statistic", "include",
        "limit",
    ),
    "Patient/$match": ("resource", "count", "onlyCertainMatches"),
    "Patient/$merge": _MERGE,
    "Patient/$merge-undo": _MERGE,
    "$meta": ("x",),
    "Patient/{id}/$meta": ("x",),
    "Patient/{id}/$meta-add": ("meta",),
    "Patient/{id}/$meta-delete": ("meta",),
    "Patient/{id}/$diff": ("fromVersion", "toVersion"),
    "$diff": ("from", "to"),
    "Patient/$validate": ("resource", "mode", "profile"),
    "Patient/{id}/$validate": ("resource", "mode", "profile"),
}  # fmt: skip
"""Operation → the parameters that are given all that follows."""
VALUES: tuple[dict[str, Any], ...] = (
    {"valueString": ""},
    {"valueString": "😀" * 40},
    {"valueString": "' OR 1=1 --"},
    {"valueString": "%"},
    {"valueString": ","},
    {"valueInteger": -1},
    {"valueInteger": Number("1000000000000000000000000000000")},
    {"valueDecimal": Number("1.5")},
    {"valueBoolean": True},
    {"valueCoding": {"system": 1, "code": [None]}},
    {"valueReference": {"reference": 5}},
    {"valueReference": {"reference": "Patient/" + "a" * 65}},
    {"valueMeta": {"tag": [None]}},
    {"valueMeta": []},
    {"valuePeriod": {"start": "0000", "end": "9999-99"}},
    {"valueIdentifier": {"system": {}, "value": []}},
    {"valueDate": "9999-12-31"},
    {"valueDate": "0001-01-01"},
    {"resource": {}},
    {"resource": {"resourceType": "Patient", "name": [None]}},
    {"resource": {"resourceType": 5}},
    {"resource": []},
    {"part": []},
)
SOUND: dict[str, list[dict[str, Any]]] = {
    "Observation/$stats": [
        {"name": "subject", "valueUri": "Patient/{id}"},
        {"name": "code", "valueString": "29463-7"},
        {"name": "statistic", "valueCode": "average"},
    ],
    "Observation/$lastn": [{"name": "patient", "valueString": "{id}"}],
}
"""What else an operation needs before it looks at a parameter."""


@pytest.mark.parametrize("path", NAMES)
async def test_no_parameter_is_a_fault_of_ours(api: Api, path: str) -> None:
    id = await api.create(records.patient())
    visit = await api.create(records.encounter(id))
    await api.create(records.observation(id, visit))
    url = path.format(id=id, visit=visit)
    for name in NAMES[path]:
        rest = [
            {k: v.format(id=id) for k, v in one.items()}
            for one in SOUND.get(path, ())
            if one["name"] != name
        ]
        for value in VALUES:
            body = {"resourceType": "Parameters", "parameter": [{"name": name, **value}, *rest]}
            reply = await api.post(url, body, who=SYSTEM)
            assert reply.status < 500, (name, value, reply.body)
            if reply.status >= 400:
                assert reply.codes, (name, value)
                assert "psycopg" not in reply.said


@pytest.mark.parametrize("path", NAMES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b'{"resourceType":"Parameters","parameter":[[]]}', b"\xff"],
)
async def test_no_body_is_a_fault_of_ours(api: Api, path: str, content: bytes) -> None:
    id = await api.create(records.patient())
    reply = await api.ask("POST", path.format(id=id, visit=id), content=content, who=SYSTEM)
    assert reply.status < 500
