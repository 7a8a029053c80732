"""Codes, quantities, dates and references of Observations, as a table of (query, ids found)."""

from typing import Any

from fixtures.searching import LOINC, UCUM, answers, observation, organizations, patient, store

from ehr.db import Database

ICD = "http://hl7.org/fhir/sid/icd-10"


def coded(*codings: dict[str, str]) -> dict[str, Any]:
    return {"coding": list(codings)}


SYSTOLIC, WEIGHT = {"system": LOINC, "code": "8480-6"}, {"system": LOINC, "code": "29463-7"}
FINDINGS = [
    observation(
        "w",
        "a",
        valueQuantity={"value": 58, "unit": "kg", "system": UCUM, "code": "kg"},
        effectiveDateTime="2026-11-05T08:05:00+07:00",
        performer=[{"reference": "Practitioner/p1"}],
        encounter={"reference": "Encounter/e"},
    ),
    observation(
        "p",
        "a",
        code=coded({"system": "http://local", "code": "bp"}, SYSTOLIC),
        component=[
            {
                "code": coded(SYSTOLIC),
                "valueQuantity": {
                    "value": 150, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"
                },
            }
        ],
        effectivePeriod={"start": "2026-11-01", "end": "2026-11-20"},
    ),
    observation(
        "d",
        None,
        subject={"reference": "Device/x"},
        hasMember=[{"reference": "Observation/w"}],
    ),
    observation(
        "t",
        "b",
        code=coded({"code": "free"}),
        valueCodeableConcept={"coding": [{"system": ICD, "code": "I10"}], "text": "Tăng huyết áp"},
        effectiveDateTime="2026-10",
        performer=[{"reference": "Patient/a"}],
    ),
    observation("q", "b", status="amended", valueQuantity={"value": 5, "unit": "viên"}),
]  # fmt: skip


OBSERVATION_CASES = [
    # the main code, first and further codings
    (f"code={LOINC}|29463-7", "wdq"),
    ("code=29463-7", "wdq"),
    (f"code={LOINC}|8480-6", "p"),
    ("code=http://local|bp", "p"),
    (f"code={LOINC}|", "wpdq"),
    ("code=|free", "t"),
    (f"code={LOINC}|free", ""),
    (f"code={LOINC}|29463-7,{LOINC}|8480-6", "wpdq"),
    (f"code:not={LOINC}|29463-7", "pt"),
    ("code:missing=false", "wpdtq"),
    (f"component-code={LOINC}|8480-6", "p"),
    (f"combo-code={LOINC}|8480-6", "p"),
    (f"combo-code={LOINC}|29463-7", "wdq"),
    ("combo-code:missing=true", ""),
    ("value-concept=I10", "t"),
    ("combo-value-concept:missing=false", "t"),
    ("status=final", "wpdt"),
    ("status:not=final", "q"),
    # quantity
    ("value-quantity=58", "w"),
    (f"value-quantity=58|{UCUM}|kg", "w"),
    ("value-quantity=58||kg", "w"),
    ("value-quantity=58|http://other|kg", ""),
    (f"value-quantity=58|{UCUM}|g", ""),
    ("value-quantity=58.2", ""),
    ("value-quantity=6e1", ""),
    ("value-quantity=57.6", ""),
    ("value-quantity=gt57", "w"),
    ("value-quantity=gt58", ""),
    ("value-quantity=ge58", "w"),
    ("value-quantity=lt58", "q"),
    ("value-quantity=le58", "wq"),
    ("value-quantity=sa57", "w"),
    ("value-quantity=eb6", "q"),
    ("value-quantity=ne58", "q"),
    ("value-quantity=ap60", "w"),
    ("value-quantity=5||viên", "q"),
    ("value-quantity=ge5,gt100", "wq"),
    ("component-value-quantity=150||mm[Hg]", "p"),
    ("component-value-quantity=150||mmHg", "p"),
    ("combo-value-quantity=ge58", "wp"),
    ("value-quantity:missing=false", "wq"),
    # date
    ("date=2026-11-05", "w"),
    ("date=2026-11", "wp"),
    ("date=ge2026-11-10", "p"),
    ("date=ge2026-11-05&date=lt2026-11-06", "wp"),
    ("date=gt2026-10", "wp"),
    ("date=le2026-10", "t"),
    ("date=lt2026-11-02", "pt"),
    ("date=sa2026-11-01", "w"),
    ("date=eb2026-11-01", "t"),
    ("date:missing=true", "dq"),
    ("date:missing=false", "wpt"),
    # reference
    ("subject=Patient/a", "wp"),
    ("subject=a", "wp"),
    ("subject:Patient=a", "wp"),
    ("patient=a", "wp"),
    ("patient=Patient/a,Patient/b", "wptq"),
    ("patient=Patient/nobody", ""),
    ("subject=Device/x", "d"),
    ("subject=x", "d"),
    ("subject=Patient/a,Device/x", "wpd"),
    ("subject:missing=true", ""),
    ("patient:missing=true", "d"),
    ("performer=Practitioner/p1", "w"),
    ("performer=Patient/a", "t"),
    ("performer=Patient/a&subject=Patient/b", "t"),
    ("encounter=Encounter/e", "w"),
    ("encounter=e", "w"),
    ("encounter:missing=false", "w"),
    ("has-member=Observation/w", "d"),
    ("has-member=w", "d"),
    # several
    (f"patient=a&code={LOINC}|29463-7", "w"),
    (f"patient=a&code={LOINC}|8480-6&date=2026-11", "p"),
    (f"patient=a&code:not={LOINC}|8480-6", "w"),
    ("value-string=tang huyet", "t"),
]


async def test_observations(db: Database) -> None:
    await organizations(db)
    await store(
        db, {"resourceType": "Practitioner", "id": "p1"}, patient("a"), patient("b", 2), *FINDINGS
    )
    assert await answers(db, "Observation", OBSERVATION_CASES) == dict(OBSERVATION_CASES)
