"""What `_include` finds in the resources of a page."""

import pytest
from fixtures import callers
from fixtures.searching import BASE, observation

from ehr.errors import TooCostly
from ehr.search import compile
from ehr.search.filters import include_of
from ehr.search.include import targets

FINDING = observation(
    "o",
    "a",
    encounter={"reference": f"{BASE}/Encounter/e"},
    performer=[{"reference": "Practitioner/p"}, {"reference": "Organization/q/_history/2"}],
    device={"reference": "http://elsewhere/Device/d"},
    focus=[{"reference": "#inside"}, {"reference": "urn:uuid:1"}, {"display": "none"}],
    hasMember=[{"reference": "Observation/o"}],
)


@pytest.mark.parametrize(
    ("includes", "found"),
    [
        ("Observation:subject", [("Patient", "a")]),
        ("Observation:subject:Patient", [("Patient", "a")]),
        ("Observation:subject:Device", []),
        ("Observation:patient", [("Patient", "a")]),
        ("Observation:encounter", [("Encounter", "e")]),
        ("Observation:performer", [("Practitioner", "p"), ("Organization", "q")]),
        ("Observation:performer:Organization", [("Organization", "q")]),
        ("Observation:device", []),
        ("Observation:focus", []),
        ("Observation:has-member", []),
        ("Encounter:subject", []),
        (
            "Observation:*",
            [("Patient", "a"), ("Encounter", "e"), ("Practitioner", "p"), ("Organization", "q")],
        ),
        ("*", [("Patient", "a"), ("Encounter", "e"), ("Practitioner", "p"), ("Organization", "q")]),
        ("Observation:*:Patient", [("Patient", "a")]),
        ("Observation:subject Observation:patient", [("Patient", "a")]),
    ],
)
def test_targets(includes: str, found: list[tuple[str, str]]) -> None:
    wanted = [include_of(one) for one in includes.split()]
    assert targets(wanted, [FINDING]) == found


def test_a_page_includes_at_most_a_thousand() -> None:
    many = [("Patient", str(n)) for n in range(1001)]
    with pytest.raises(TooCostly):
        compile.included(many, callers.system())
    assert compile.included(many[1:] + many[1:], callers.system()).params[1] is not None
