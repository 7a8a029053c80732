"""R4's own profiles: all of each is judged, its examples keep to them, spoilt ones do not."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from fixtures.profiling import CORE, MINE, judged, told

from ehr.fhir import definitions
from ehr.fhir.profiles.definition import is_profile
from ehr.fhir.profiles.judge import claims
from ehr.fhir.profiles.known import known
from ehr.fhir.resource import Resource
from ehr.fhir.validate import check


def test_all_of_every_official_profile_is_judged() -> None:
    entries = definitions.profile_entries()
    assert len(entries) == 441
    for url in entries:
        tree = known().tree(url)
        assert tree is not None
        assert tree.unjudged == (), url


@pytest.mark.proves("validation/profiles")
def test_every_official_example_keeps_to_the_profiles_it_claims(
    examples: dict[str, Resource],
) -> None:
    claiming = {name: one for name, one in examples.items() if not check(one) and claims(one)}
    broken = {
        name: issue.diagnostics
        for name, one in claiming.items()
        for issue in judged(claims(one), known())
        if issue.severity == "error"
    }
    assert broken == {}
    assert len(claiming) > 60


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("Observation-blood-pressure", "bp"),
        ("Observation-blood-pressure-cancel", "bp"),
        ("Observation-blood-pressure-dar", "bp"),
        ("Observation-body-height", "bodyheight"),
        ("Observation-bmi", "bmi"),
        ("Observation-heart-rate", "heartrate"),
        ("Observation-respiratory-rate", "resprate"),
        ("Observation-body-temperature", "bodytemp"),
        ("Observation-satO2", "oxygensat"),
        ("Observation-head-circumference", "headcircum"),
        ("Observation-vitals-panel", "vitalspanel"),
    ],
)
def test_the_examples_of_vital_signs_keep_to_their_profiles(
    examples: dict[str, Resource], name: str, profile: str
) -> None:
    assert told(examples[f"{name}.json"], by=CORE + profile) == []


def without(*names: str) -> Callable[[Resource], None]:
    def spoil(one: Resource) -> None:
        for name in names:
            del one[name]

    return spoil


def one_component(one: Resource) -> None:
    one["component"].pop()


def twice_systolic(one: Resource) -> None:
    one["component"].append(one["component"][0])


def in_kilopascal(one: Resource) -> None:
    one["component"][0]["valueQuantity"]["code"] = "kPa"


def of_a_group(one: Resource) -> None:
    one["subject"] = {"reference": "Group/1"}


def of_a_year(one: Resource) -> None:
    one["effectiveDateTime"] = "2012"


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (without("subject"), {"required Observation.subject"}),
        (without("category"), {"required Observation.category"}),
        (one_component, {"required Observation.component"}),
        (twice_systolic, {"structure Observation.component"}),
        (of_a_group, {"value Observation.subject"}),
        (of_a_year, {"invariant Observation.effective"}),
        (in_kilopascal, {
            "code-invalid Observation.component[0].value",
            "value Observation.component[0].value.code",
        }),
    ],
)  # fmt: skip
def test_a_spoilt_blood_pressure_is_told_by_its_place(
    examples: dict[str, Resource], spoil: Callable[[Resource], None], expected: set[str]
) -> None:
    one = deepcopy(examples["Observation-blood-pressure.json"])
    spoil(one)
    assert set(told(one, by=f"{CORE}bp")) == expected


def test_claims_are_found_in_what_lies_inside() -> None:
    claiming = {"resourceType": "Basic", "code": {"text": "x"}, "meta": {"profile": ["urn:a"]}}
    inner = {**claiming, "contained": [{**claiming, "id": "c"}]}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}]}
    assert [(one.place, one.canonical) for one in claims(bundle)] == [
        ("Bundle.entry[0].resource", "urn:a"),
        ("Bundle.entry[0].resource.contained[0]", "urn:a"),
    ]
    twice = {"resourceType": "Patient", "meta": {"profile": ["urn:a", "urn:b", "urn:a"]}}
    assert [one.canonical for one in claims(twice)] == ["urn:a", "urn:b"]


def test_a_snapshot_and_its_differential_find_the_same(examples: dict[str, Resource]) -> None:
    sample = [
        one
        for name, one in examples.items()
        if name.startswith("StructureDefinition-")
        and is_profile(one)
        and one["type"] != "Extension"
    ]
    assert len(sample) >= 4
    pairs = 0
    for profile in sample:
        own = {**deepcopy(profile), "url": f"{MINE}snapshot"}
        del own["differential"]
        for element in own["snapshot"]["element"]:
            element["constraint"] = [
                {**rule, "source": own["url"]} if rule.get("source") == profile["url"] else rule
                for rule in element.get("constraint", ())
            ]
        for one in examples.values():
            if one["resourceType"] == profile["type"] and not check(one):
                found = {issue.partition(" ")[2] for issue in told(one, own)}
                by_differential = {i.partition(" ")[2] for i in told(one, by=profile["url"])}
                assert found == by_differential, (profile["url"], one["id"])
                pairs += 1
    assert pairs > 50
