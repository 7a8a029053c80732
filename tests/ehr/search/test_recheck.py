"""A hash is not an identifier: matches on keys are asked again."""

import pytest
from fixtures.searching import CCCD, patient, query

from ehr.search import recheck

WHO = patient(
    "a",
    identifier=[
        {"system": "http://fhir.ehealth.gov.vn/core/sid/national_id", "value": "099000001234"},
        {"system": "http://fhir.hl7.org.vn/core/sid/bhyt", "value": "DN4010123456789"},
    ],
    telecom=[{"system": "phone", "value": "+84 912 345 678"}],
)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (f"identifier={CCCD}|099000001234", True),
        ("identifier=099000001234", True),
        (f"identifier={CCCD}|099000001235", False),
        (f"identifier={CCCD}|099000001235,{CCCD}|099000001234", True),
        ("identifier=|099000001234", False),
        (f"identifier={CCCD}|", True),
        ("identifier=http://other|", False),
        ("identifier=http://fhir.hl7.org.vn/core/sid/bhyt|0123456789", True),
        ("identifier=http://fhir.hl7.org.vn/core/sid/bhyt|DN4010123456789", True),
        ("phone=0912345678", True),
        ("phone=0912345679", False),
        ("identifier-tail=1234", True),
        ("identifier-tail=1235", False),
        ("phone-tail=5678&identifier-tail=1234", True),
        ("phone-tail=5678&identifier-tail=0000", False),
    ],
)
def test_identifiers_are_compared_with_the_document(asked: str, holds: bool) -> None:
    criteria = recheck.keyed(query("Patient", asked))
    assert criteria
    assert recheck.holds(criteria, WHO) is holds


def test_other_criteria_need_no_second_look() -> None:
    assert recheck.keyed(query("Patient", "name=a&gender=male&identifier:missing=true")) == ()
