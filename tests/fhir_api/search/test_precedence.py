"""What is stored under a url counts before what is shipped, for every question alike.

docs/decisions/terminology-precedence.md; who may not read value sets has what is shipped.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NURSE, OTHER_WARD, SYSTEM, Api

GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"
NULL = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
OWN = {"resourceType": "ValueSet", "status": "active",
       "compose": {"include": [{"system": GENDER, "concept": [{"code": "female"}]}]}}  # fmt: skip
OWN_SYSTEM = {"resourceType": "CodeSystem", "url": NULL, "version": "9", "status": "active",
              "content": "complete", "concept": [
                  {"code": "NI", "concept": [{"code": "UNK"}, {"code": "MINE"}]}]}  # fmt: skip
NONE_OF_THESE = "openid user/Observation.rs user/Patient.rs"

Found = Callable[..., Awaitable[list[str]]]


@pytest.fixture
async def found(api: Api) -> Found:
    """Ask for the codes of the observations that a search finds."""
    patient = await api.create(records.patient())
    coded = {}
    for system, code in [(GENDER, "male"), (GENDER, "female"), (NULL, "UNK"), (NULL, "MINE")]:
        code_of = {"code": {"coding": [{"system": system, "code": code}]}}
        coded[await api.create({**records.observation(patient), **code_of})] = code

    async def ask(key: str, value: str, **how: Any) -> list[str]:
        reply = await api.get(f"Observation?{key}={quote(value)}", **how)
        assert reply.status == 200, reply.body
        return sorted(coded[id] for id in reply.ids)

    return ask


async def expanded(api: Api, url: str) -> list[str]:
    reply = await api.get(f"ValueSet/$expand?url={quote(url)}")
    assert reply.status == 200, reply.body
    return sorted(one["code"] for one in reply.json["expansion"]["contains"])


async def holds(api: Api, url: str, code: str) -> bool:
    reply = await api.get(f"ValueSet/$validate-code?url={quote(url)}&system={GENDER}&code={code}")
    return bool(reply.json["parameter"][0]["valueBoolean"])


async def test_a_stored_value_set_counts_before_the_shipped_one(api: Api, found: Found) -> None:
    assert await found("code:in", GENDERS) == ["female", "male"]
    id = await api.create({**OWN, "url": GENDERS}, who=SYSTEM)
    assert await found("code:in", GENDERS) == ["female"]
    assert await found("code:not-in", GENDERS) == ["MINE", "UNK", "male"]
    assert await expanded(api, GENDERS) == ["female"]
    assert [await holds(api, GENDERS, code) for code in ("male", "female")] == [False, True]
    assert await found("code:in", GENDERS, who=OTHER_WARD) == []
    assert (await api.get(f"Observation?code:in={GENDERS}", who=ANALYST)).status == 403
    assert (await api.get(f"Observation?code:in={GENDERS}", who=None)).status == 401
    await api.delete(f"ValueSet/{id}", who=SYSTEM)
    assert await found("code:in", GENDERS) == ["female", "male"]


async def test_who_may_not_read_value_sets_has_the_shipped_one(api: Api, found: Found) -> None:
    await api.create({**OWN, "url": GENDERS}, who=SYSTEM)
    assert await found("code:in", GENDERS, scope=NONE_OF_THESE) == ["female", "male"]
    with_sets = f"{NONE_OF_THESE} user/ValueSet.rs"
    assert await found("code:in", GENDERS, scope=with_sets) == ["female"]


async def test_a_version_is_taken_wherever_it_is(api: Api, found: Found) -> None:
    await api.create({**OWN, "url": GENDERS, "version": "9"}, who=SYSTEM)
    assert await found("code:in", f"{GENDERS}|9") == ["female"]
    assert await found("code:in", f"{GENDERS}|4.0.1") == ["female", "male"]
    assert await expanded(api, f"{GENDERS}|4.0.1") == ["female", "male", "other", "unknown"]
    assert (await api.get(f"Observation?code:in={GENDERS}|8")).status == 400


async def test_of_several_the_newest_counts_that_is_not_retired(api: Api, found: Found) -> None:
    male = {"compose": {"include": [{"system": GENDER, "concept": [{"code": "male"}]}]}}
    await api.create({**OWN, "url": "urn:own", "version": "1"}, who=SYSTEM)
    second = await api.create({**OWN, "url": "urn:own", "version": "2"} | male, who=SYSTEM)
    assert await found("code:in", "urn:own") == ["male"]
    assert await found("code:in", "urn:own|1") == ["female"]
    retired = {**OWN, "url": "urn:own", "version": "2", "id": second, "status": "retired"} | male
    await api.put(f"ValueSet/{second}", retired, who=SYSTEM)
    assert await found("code:in", "urn:own") == await expanded(api, "urn:own") == ["female"]
    assert await found("code:in", "urn:own|2") == ["male"]


async def test_a_stored_code_system_counts_in_what_is_shipped(api: Api, found: Found) -> None:
    of_it = f"{NULL}?fhir_vs"
    assert await found("code:below", f"{NULL}|NI") == ["UNK"]
    assert await found("code:in", of_it) == ["UNK"]
    await api.create(OWN_SYSTEM, who=SYSTEM)
    assert await found("code:below", f"{NULL}|NI") == ["MINE", "UNK"]
    assert await found("code:above", f"{NULL}|MINE") == ["MINE"]
    assert await found("code:in", of_it) == ["MINE", "UNK"]
    assert await expanded(api, of_it) == ["MINE", "NI", "UNK"]
    shipped = "http://terminology.hl7.org/ValueSet/v3-NullFlavor"
    assert await expanded(api, shipped) == ["MINE", "NI", "UNK"]
    subsumed = f"CodeSystem/$subsumes?system={NULL}&codeA=NI&codeB=MINE"
    assert (await api.get(subsumed)).json["parameter"][0]["valueCode"] == "subsumes"
    assert await found("code:below", f"{NULL}|NI", scope=NONE_OF_THESE) == ["UNK"]


async def test_required_codes_are_those_of_the_specification(api: Api) -> None:
    """A stored value set changes what is found, never what is valid."""
    await api.create({**OWN, "url": GENDERS}, who=SYSTEM)
    assert (await api.post("Patient", records.patient() | {"gender": "male"})).status == 201


async def test_all_versions_of_a_code_system_are_known(api: Api) -> None:
    await api.create(OWN_SYSTEM, who=SYSTEM)
    newer = {"version": "10", "concept": [{"code": "NI", "display": "Newer"}]}
    await api.create(OWN_SYSTEM | newer, who=SYSTEM)
    look_up = f"CodeSystem/$lookup?system={NULL}"
    for version, code, status in [
        ("10", "NI", 200), ("10", "MINE", 404), ("9", "MINE", 200), ("8", "NI", 404),
        ("2018-08-12", "NASK", 200),
    ]:  # fmt: skip
        reply = await api.get(f"{look_up}&code={code}&version={version}")
        assert reply.status == status, (version, code, reply.body)
    assert (await api.get(f"{look_up}&code=MINE")).status == 404
    of_it = quote(f"{NULL}?fhir_vs")
    for name in ("system-version", "force-system-version"):
        reply = await api.get(f"ValueSet/$expand?url={of_it}&{name}={NULL}|9")
        codes = [one["code"] for one in reply.json["expansion"]["contains"]]
        assert codes == ["NI", "UNK", "MINE"]
    reply = await api.get(f"ValueSet/$expand?url={of_it}&check-system-version={NULL}|9")
    assert (reply.status, reply.codes) == (404, ["not-found"])
    held = f"ValueSet/$validate-code?url={of_it}&system={NULL}&code=MINE&systemVersion="
    for version, result in (("9", True), ("10", False)):
        reply = await api.get(f"{held}{version}", who=NURSE)
        assert reply.json["parameter"][0]["valueBoolean"] is result


async def test_a_stub_says_nothing_of_the_codes(api: Api) -> None:
    """Packages announce code systems whose codes they do not bring."""
    loinc = {"resourceType": "CodeSystem", "url": "http://loinc.org", "status": "active"}
    await api.create(loinc | {"content": "not-present"}, who=SYSTEM)
    look_up = "CodeSystem/$lookup?system=http://loinc.org&code=8480-6"
    assert (await api.get(look_up)).status == 200
    assert len(await expanded(api, "http://loinc.org/vs")) > 10
    await api.create(loinc | {"url": "urn:stub", "content": "not-present"}, who=SYSTEM)
    held = "ValueSet/$validate-code?url=urn:stub?fhir_vs&system=urn:stub&code=a"
    for path in ("ValueSet/$expand?url=urn:stub?fhir_vs", held):
        reply = await api.get(path)
        assert (reply.status, reply.codes) == (400, ["not-supported"])
