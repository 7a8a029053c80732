"""`_filter` over HTTP: by GET and POST, beside other parameters, for whom, and what is refused."""

from typing import Any
from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, OTHER_WARD, SYSTEM, Api

from ehr.search.filter_syntax import DEEPEST, LONGEST, MOST_TESTS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def asked(text: str, more: str = "") -> str:
    return f"_filter={quote(text)}{more}"


@pytest.fixture
async def stored(api: Api) -> dict[str, str]:
    """Three residents of the nurse's ward by their names, and a finding of the first."""
    found = {}
    for family, gender, born in (
        ("Nguyễn", "male", "1950-03-01"), ("Phạm", "female", "1960-04-02"),
        ("Lê", "female", "1990-05-03"),
    ):  # fmt: skip
        made = {
            **records.patient(), "name": [{"family": family}], "gender": gender, "birthDate": born,
        }  # fmt: skip
        found[family] = await api.create(made)
    found["finding"] = await api.create(records.observation(found["Nguyễn"]))
    return found


async def test_a_nurse_finds_and_nobody_else_does(api: Api, stored: dict[str, str]) -> None:
    path = "Patient?" + asked('gender eq female and (family eq "pham" or birthdate lt 1955)')
    path += "&_total=accurate"
    seen = await api.get(path)
    assert (seen.ids, seen.json["total"]) == ([stored["Phạm"]], 1)
    assert (await api.get(path, who=SYSTEM)).ids == seen.ids
    wrong = await api.get(path, who=OTHER_WARD)
    assert (wrong.status, wrong.ids, wrong.json["total"]) == (200, [], 0)
    for who, status in ((None, 401), (ANALYST, 403), (HOSPITAL, 403)):
        assert (await api.get(path, who=who)).status == status
    everyone = "Patient?" + asked("not (gender eq male and gender eq female)", "&_total=accurate")
    assert (await api.get(everyone)).json["total"] == 3
    assert (await api.get(everyone, who=OTHER_WARD)).json["total"] == 0


@pytest.mark.proves("search/_filter")
async def test_a_form_a_link_pages_and_what_stands_beside_it(
    api: Api, stored: dict[str, str]
) -> None:
    text = "family eq le or family eq pham or family eq nguyen"
    form = asked(text, "&_sort=birthdate&_count=2").encode()
    reply = await api.post("Patient/_search", content=form, headers=FORM)
    assert reply.ids == [stored["Nguyễn"], stored["Phạm"]]
    link = reply.link("next")
    assert link is not None
    assert (await api.get(link)).ids == [stored["Lê"]]
    again = await api.get(str(reply.link("self")))
    assert again.ids == reply.ids
    both = await api.get("Patient?" + asked(text, "&gender=female&" + asked("birthdate ge 1970")))
    assert both.ids == [stored["Lê"]]
    along = await api.get(
        "Observation?"
        + asked('subject.name co "uyễ" and status eq final', "&_include=Observation:subject")
    )
    assert along.ids == [stored["finding"], stored["Nguyễn"]]
    back = await api.get(
        "Patient?" + asked("birthdate lt 1955", "&_revinclude=Observation:subject")
    )
    assert back.ids == [stored["Nguyễn"], stored["finding"]]
    chain = await api.get("Observation?subject:Patient." + asked("gender eq male"))
    assert chain.ids == [stored["finding"]]
    assert (await api.get("Patient?" + asked("gender eq male", "&_summary=count"))).json[
        "total"
    ] == 1


async def test_the_compartment_of_a_patient(api: Api, stored: dict[str, str]) -> None:
    for text, ids in (("status eq final", [stored["finding"]]), ("not (status eq final)", [])):
        path = f"Patient/{stored['Nguyễn']}/Observation?{asked(text)}"
        assert (await api.get(path)).ids == ids
        wrong = await api.get(path, who=OTHER_WARD)
        assert (wrong.status, wrong.codes) == (404, ["not-found"])


async def test_of_several_types_each_is_asked(api: Api, stored: dict[str, str]) -> None:
    text = "_id pr true and not (_lastUpdated lt 2020-01-01)"
    path = f"?_type=Patient,Observation&{asked(text)}"
    assert {*(await api.get(path)).ids} == {*stored.values()}
    assert (await api.get(path, who=OTHER_WARD)).ids == []
    only = await api.get(f"?_type=Patient,Observation&{asked('gender eq male')}")
    assert (only.status, only.codes) == (400, ["not-supported"])
    chains = f"?_type=Observation,Condition&{asked('patient.gender eq male')}"
    assert (await api.get(chains)).ids == [stored["finding"]]


REFUSED: list[tuple[str, str, str]] = [
    ("family", "invalid", "character 7: expected an operator"),
    ('family eq "a', "invalid", "character 11: a string that does not end"),
    ("family eq a)", "invalid", "character 12"),
    ("colour eq blue", "not-supported", "character 1: Patient has no search parameter 'colour'"),
    ("family po a", "not-supported", "character 8: po does not fit family, a string"),
    ("birthdate gt soon", "invalid", "character 14: birthdate"),
    ("gender in http://nowhere/set", "invalid", "nowhere"),
    ("general-practitioner eq Practitioner/x", "not-supported", "it has re, pr."),
    ("(" * (DEEPEST + 1) + "family eq a", "too-costly", f"at most {DEEPEST}"),
    (" or ".join(["family eq a"] * (MOST_TESTS + 1)), "too-costly", f"at most {MOST_TESTS}"),
    (f'family eq "{"a" * LONGEST}"', "too-costly", f"at most {LONGEST}"),
]


@pytest.mark.proves("search/_filter")
@pytest.mark.parametrize(("text", "code", "says"), REFUSED)
@pytest.mark.parametrize("handling", ["strict", "lenient"])
async def test_what_is_refused_whoever_is_lenient(
    api: Api, text: str, code: str, says: str, handling: str
) -> None:
    headers: dict[str, Any] = {"Prefer": f"handling={handling}"}
    reply = await api.get(f"Patient?{asked(text)}", headers=headers)
    assert (reply.status, reply.codes) == (400, [code]), reply.said
    assert says in reply.said
    assert reply.said.startswith(("_filter, character ", "_filter: at most", "gender:in"))


async def test_a_modifier_is_refused(api: Api) -> None:
    reply = await api.get("Patient?_filter:exact=family%20eq%20a")
    assert (reply.status, reply.codes) == (400, ["not-supported"])


async def test_the_criteria_of_a_conditional_request(api: Api, stored: dict[str, str]) -> None:
    """A filter names one resource as any other criterion does."""
    criteria = asked("family eq nguyen and gender eq male")
    made = {**records.patient(), "name": [{"family": "Nguyễn"}], "gender": "male"}
    reply = await api.post("Patient", made, headers={"If-None-Exist": criteria})
    assert reply.status == 200
    assert str(reply.json["id"]) == stored["Nguyễn"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("identifier eq 1", "index_key"),
        ("family sw ng", "index_string"),
        ("identifier eq 1 or family sw ng", "index_key"),
        ("identifier eq 1 or family sw ng", "index_string"),
        ("general-practitioner.name sw le", "The other end of each chain is looked at first"),
        ("gender eq male and link.gender eq male", "The other end of each chain"),
    ],
)
async def test_explain_tells_of_what_it_reads(
    api: Api, stored: dict[str, str], text: str, says: str
) -> None:
    reply = await api.get(f"Patient?{asked(text, '&_explain=true')}", who=SYSTEM)
    (entry,) = reply.entries
    told = [issue["diagnostics"] for issue in entry["resource"]["issue"]]
    assert any(says in line for line in told), told


async def test_nobody_s_ward_in_who(api: Api, stored: dict[str, str]) -> None:
    """The wrong ward learns nothing by a negation or an absence either."""
    for text in ("not (gender eq male)", "gender pr false", "gender ne male", "name pr true"):
        for who in (OTHER_WARD,):
            reply = await api.get(f"Patient?{asked(text, '&_total=accurate')}", who=who)
            assert (reply.ids, reply.json["total"]) == ([], 0)
        mine = await api.get(f"Patient?{asked(text)}", who=NURSE)
        assert {*mine.ids} <= {*stored.values()}
