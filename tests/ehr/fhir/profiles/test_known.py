"""Which profile a canonical URL names."""

import pytest
from fixtures.profiling import CORE, MINE, structure

from ehr.errors import Unprocessable
from ehr.fhir.profiles.definition import Profile, is_profile, of_structure
from ehr.fhir.profiles.known import Known, read
from ehr.fhir.resource import Number


def stored(version: str | None, photos: int) -> Profile:
    element = {"id": "Patient.photo", "min": photos}
    return of_structure(structure("Patient", element, version=version))


def test_a_version_may_be_named_and_the_newest_is_meant_otherwise() -> None:
    known = Known([stored("2.0", 2), stored("1.0", 1)])
    for canonical, least in ((f"{MINE}mine|2.0", 2), (f"{MINE}mine|1.0", 1), (f"{MINE}mine", 1)):
        found = known.find(canonical)
        assert found is not None
        assert found.elements[0].min == least
    assert known.find(f"{MINE}mine|3.0") is None
    assert known.find("urn:other") is None


def test_an_official_profile_is_not_replaced() -> None:
    mine = of_structure(structure("Patient", url=f"{CORE}bp", version="5.0"))
    known = Known([mine])
    found = known.find(f"{CORE}bp")
    assert found is not None
    assert found.type == "Observation"
    assert known.find(f"{CORE}bp|4.0.1") is found
    assert known.find(f"{CORE}bp|5.0") is mine


def test_a_tree_is_grown_once() -> None:
    known = Known([stored("1.0", 1)])
    assert known.tree(f"{MINE}mine") is known.tree(f"{MINE}mine|1.0")
    assert known.tree("urn:other") is None


def test_the_profiles_of_each_type_are_listed() -> None:
    listed = Known([stored("1.0", 1), stored(None, 1)]).of_types
    assert f"{CORE}vitalsigns" in listed["Observation"]
    assert listed["Patient"] == [f"{MINE}mine|1.0", f"{MINE}mine"]
    assert "Extension" not in listed


def test_a_number_is_kept_as_it_was_written() -> None:
    entry = b'{"url":"u","type":"Observation","base":"b","elements":[{"at":"a","fixed":1.10}]}'
    fixed = read(entry).elements[0].fixed
    assert isinstance(fixed, Number)
    assert fixed.literal == "1.10"


def test_an_element_is_no_deeper_than_a_resource_may_be() -> None:
    for deep in (".a" * 100, ".name:" + "/".join("a" * 100)):
        with pytest.raises(Unprocessable, match="deep"):
            of_structure(structure("Patient", {"id": f"Patient{deep}"}))


def test_what_narrows_a_type_and_is_not_retired_is_a_profile() -> None:
    assert is_profile(structure("Patient"))
    assert not is_profile(structure("Patient", status="retired"))
    assert not is_profile(structure("Patient", derivation="specialization"))
    assert not is_profile({**structure("Patient"), "kind": "logical"})
    assert not is_profile({})
