"""What is indexed of a resource, as a table of small cases."""

from typing import Any

import pytest

from ehr.fhir.dates import bounds
from ehr.fhir.resource import Number, Resource
from ehr.search import registry
from ehr.search.extract import extract
from ehr.search.hashing import installed
from ehr.search.numbers import NO_PATIENT, SUBJECT

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"
LOINC = "http://loinc.org"
UNKNOWN = {
    "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
    "valueCode": "unknown",
}


def number(kind: str, code: str) -> int:
    return registry.parameters(kind)[code].number


def observation(**more: Any) -> Resource:
    return {"resourceType": "Observation", "status": "final", **more}


def patient(**more: Any) -> Resource:
    return {"resourceType": "Patient", **more}


def test_the_main_columns_of_an_observation() -> None:
    rows = extract(
        observation(
            code={"coding": [{"system": LOINC, "code": "85354-9"}, {"code": "bp"}]},
            subject={"reference": "Patient/a"},
            encounter={"reference": "Encounter/e"},
            effectiveDateTime="2026-03",
        )
    )
    hasher, code = installed().hasher, number("Observation", "code")
    assert (rows.dlo, rows.dhi) == bounds("2026-03")
    assert rows.code == hasher.token(code, LOINC, "85354-9")
    assert rows.enc == hasher.own("Encounter/e")
    assert rows.subjects == [hasher.reference_key(SUBJECT, "Patient/a")]
    assert rows.keys == []
    forms = {(None, "85354-9"), (LOINC, None), ("", "bp"), (None, "bp")}
    assert {hasher.token(code, *form) for form in forms} < set(rows.tok)
    assert rows.code not in rows.tok


@pytest.mark.parametrize(
    ("subject", "marked"),
    [
        ({"subject": {"reference": "Patient/a"}}, False),
        ({"subject": {"reference": "http://127.0.0.1:8000/fhir/Patient/a"}}, False),
        ({"subject": {"reference": "http://elsewhere/fhir/Patient/a"}}, True),
        ({"subject": {"reference": "Device/a"}}, True),
        ({}, True),
    ],
)
def test_a_record_that_names_no_patient_is_marked(subject: Resource, marked: bool) -> None:
    rows = extract(observation(**subject))
    assert (installed().hasher.token(NO_PATIENT, None, None) in rows.tok) is marked
    assert bool(rows.subjects) is not marked


def strings(resource: Resource, code: str) -> set[str]:
    wanted = number(resource["resourceType"], code)
    return {text for param, _, text in extract(resource).strings if param == wanted}


def test_a_name_is_folded_words_and_whole_values() -> None:
    person = patient(name=[{"text": "ĐỖ Thị Lý", "family": "ĐỖ", "given": ["Thị", "Lý"]}])
    assert strings(person, "name") == {"do", "thi", "ly", "~li", "do thi ly"}
    assert strings(person, "family") == {"do"}
    assert strings(person, "phonetic") == set()


def test_a_word_that_is_a_whole_value_has_one_row() -> None:
    rows = extract(patient(name=[{"family": "Do", "given": ["Do"]}])).strings
    assert len(rows) == len({(param, text) for param, _, text in rows})


def test_an_address_by_its_parts_and_long_texts_cut() -> None:
    home = patient(address=[{"line": ["12 Hàng Bài"], "city": "Hà Nội"}])
    assert {"12", "hang", "bai", "12 hang bai", "ha", "noi", "ha noi"} == strings(home, "address")
    long = {"resourceType": "Library", "description": "x" * 5000 + " y"}
    assert max(map(len, strings(long, "description"))) <= 200


def test_identifiers_meet_under_one_system_and_leave_a_tail() -> None:
    old = {"system": "http://fhir.ehealth.gov.vn/core/sid/national_id", "value": "099123451234"}
    new = {"system": CCCD, "value": "099123451234"}
    one, other = extract(patient(identifier=[old])), extract(patient(identifier=[new]))
    assert one.keys == other.keys
    hasher, tail = installed().hasher, number("Patient", "identifier-tail")
    assert hasher.key(tail, "any", "1234") in one.keys


@pytest.mark.parametrize("value", ["+84 912 345 678", "0912.345.678", "0912345678"])
def test_a_telephone_number_is_its_digits(value: str) -> None:
    rows = extract(patient(telecom=[{"system": "phone", "value": value}]))
    hasher = installed().hasher
    assert hasher.key(number("Patient", "phone"), "any", "0912345678") in rows.keys
    assert hasher.key(number("Patient", "phone-tail"), "any", "5678") in rows.keys


def test_quantities_by_the_names_of_their_units() -> None:
    value = {"value": Number("5.40"), "unit": "mmHg", "system": "http://unitsofmeasure.org"}
    rows = extract(observation(valueQuantity={**value, "code": "mm[Hg]"})).quantities
    assert {row[3] for row in rows} == {5.4}
    assert len(rows) == 2
    assert [row[2] for row in extract(observation(valueQuantity={"value": 5})).quantities] == [None]


def test_references_to_the_directory_are_tokens_and_to_records_keys() -> None:
    rows = extract(observation(performer=[{"reference": "Practitioner/p"}]))
    hasher, performer = installed().hasher, number("Observation", "performer")
    assert hasher.reference_token(performer, "Practitioner/p") in rows.tok
    assert rows.keys == []
    rows = extract(observation(hasMember=[{"reference": "Observation/o/_history/2"}]))
    assert rows.keys == [hasher.reference_key(number("Observation", "has-member"), "Observation/o")]


def test_other_dates_go_to_their_table() -> None:
    rows = extract(patient(birthDate="1960", deceasedDateTime="2026-01-02"))
    assert rows.dates == {(number("Patient", "death-date"), None, *bounds("2026-01-02"))}
    assert rows.dlo == bounds("1960")[0]


@pytest.mark.parametrize(
    ("said", "dead"),
    [
        ({}, "false"),
        ({"deceasedBoolean": False}, "false"),
        ({"deceasedBoolean": False, "_deceasedBoolean": {"extension": [UNKNOWN]}}, "false"),
        ({"deceasedBoolean": True}, "true"),
        ({"deceasedDateTime": "2026"}, "true"),
        ({"_deceasedDateTime": {"extension": [UNKNOWN]}}, "true"),
    ],
)
def test_who_died_at_a_time_unknown_is_no_longer_alive(said: dict[str, Any], dead: str) -> None:
    """What Patient-deceased says by FHIRPath: an extension in the place of the date is a value."""
    token, asked = installed().hasher.token, number("Patient", "deceased")
    tok = extract(patient(**said)).tok
    assert token(asked, None, dead) in tok
    assert token(asked, None, "true" if dead == "false" else "false") not in tok


@pytest.mark.parametrize(
    "resource",
    [
        patient(name=[{}], identifier=[{}], telecom=[{}], address=[{}], link=[{"other": {}}]),
        observation(code={}, category=[{}], valueQuantity={}, component=[{}], subject={}),
        observation(valueSampledData={}, effectiveTiming={}, effectivePeriod={}),
        observation(subject={"reference": "#contained"}, encounter={"display": "x"}),
        {"resourceType": "Bundle", "type": "collection", "entry": []},
        {"resourceType": "Parameters"},
        {"resourceType": "Binary"},
    ],
)
def test_what_says_nothing_is_not_indexed_and_breaks_nothing(resource: Resource) -> None:
    assert extract(resource).keys == []


def test_two_extractions_are_equal() -> None:
    person = patient(
        name=[{"text": "Nguyễn Thị Hòa"}], identifier=[{"system": CCCD, "value": "099000000001"}]
    )
    assert extract(person) == extract({**person, "active": True}).__class__(
        **{field: getattr(extract(person), field) for field in extract(person).__slots__}
    )


def test_references_are_made_from_what_the_target_carries() -> None:
    hasher = installed().hasher
    own = extract({"resourceType": "Observation", "id": "o"}).own
    member = {"resourceType": "Observation", "hasMember": [{"reference": "Observation/o"}]}
    (key,) = extract(member).keys
    assert key == own ^ hasher.salt(number("Observation", "has-member"))
    assert -(2**63) <= key < 2**63
    visit = extract({"resourceType": "Encounter", "id": "e"})
    assert visit.enc == visit.own == hasher.own("Encounter/e")
    organization = extract({"resourceType": "Organization", "id": "a"}).own
    performer = number("Observation", "performer")
    token = hasher.reference_token(performer, "Organization/a")
    assert token == performer << 48 | organization & (1 << 48) - 1
    assert 0 < token < 2**63
