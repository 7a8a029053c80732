"""The searches that are measured, on residents of the first ward.

Every one has as many answers at 1× as at 10×, for each caller, so that growth is that of the data
searched and not of the data sent.
"""

from collections import Counter
from typing import Any

VARIANTS = 100
ENOUGH = 5
"""Rows of a page that every search by name fills at any scale; fewer where few people live."""
PAGE = {"_count": "20"}
LOINC = "http://loinc.org"
CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"

Search = tuple[str, dict[str, str]]
"""(type, parameters)"""
Resident = dict[str, Any]


def searches(people: list[Resident]) -> dict[str, list[Search]]:
    """Workload → its searches."""
    return {
        "chart": [_chart(one) for one in people],
        "identifier": [
            ("Patient", {"identifier": f"{CCCD}|{number}"})
            for one in people
            if (number := _cccd(one))
        ],
        "name": [
            ("Patient", {"name": family, "given": initial, "_count": str(count)})
            for family, initial, count in _typed(people)
        ],
        "worklist": [("Encounter", _day(n)) for n in range(VARIANTS)],
        "date range": [("Observation", _week(n)) for n in range(VARIANTS)],
        "quantity": [
            (
                "Observation",
                {"code": f"{LOINC}|29463-7", "value-quantity": f"ge{45 + n % 10}||kg", **PAGE},
            )
            for n in range(VARIANTS)
        ],
        "composite": [
            ("Observation", {"component-code-value-quantity": f"8480-6$ge{115 + n % 10}", **PAGE})
            for n in range(VARIANTS)
        ],
        "missing": [("Patient", {"death-date:missing": "true", **PAGE})],
        "chain, one": [
            ("Observation", {"patient.identifier": f"{CCCD}|{number}", **PAGE})
            for one in people
            if (number := _cccd(one))
        ],
        "chain, many": [
            ("Observation", {"patient.gender": gender, **PAGE}) for gender in ("male", "female")
        ],
        "_has": [("Patient", {"_has:Observation:patient:code": f"{LOINC}|85354-9", **PAGE})],
        "include": [
            (
                "Observation",
                {"patient": one["id"], "_include": "Observation:encounter", "_count": "10"},
            )
            for one in people
        ],
    }


def _chart(one: Resident) -> Search:
    return (
        "Observation",
        {
            "patient": one["id"],
            "code": f"{LOINC}|85354-9",
            "_sort": "-date",
            "_count": "20",
        },
    )


def _cccd(resident: Resident) -> str | None:
    numbers = [i["value"] for i in resident.get("identifier", ()) if i["system"] == CCCD]
    return numbers[0] if numbers else None


def _typed(people: list[Resident]) -> list[tuple[str, str, int]]:
    """Family name and first letter of the given name, as typed into a search box, and a count."""
    words = [one["name"][0]["text"].split() for one in people]
    found = Counter((each[0], each[-1][0]) for each in words)
    enough = min(ENOUGH, max(found.values()))
    return [(*pair, enough) for pair, count in found.items() if count >= enough]


def _day(n: int) -> dict[str, str]:
    """The newest of one day and those before it."""
    return {"date": f"le2026-{9 + n % 2:02}-{1 + n % 28:02}", "_sort": "-date", "_count": "20"}


def _week(n: int) -> dict[str, str]:
    """Findings of some weeks, newest first."""
    return {"date": f"ge2026-{7 + n % 2:02}-{1 + n % 20:02}", "_sort": "-date", **PAGE}
