"""The operations over the lists that the design promises: ICD-10, LOINC and the local ones."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fixtures.fhir import NURSE, SYSTEM, Answer, Api

from ehr.fhir.validate import check
from ehr.terminology import systems

LISTED = [
    (systems.ICD10, "I10", "Essential (primary) hypertension", "Tăng huyết áp vô căn"),
    (systems.VN_ICD10, "I10", "Essential (primary) hypertension", "Tăng huyết áp vô căn"),
    (systems.LOINC, "8480-6", "Systolic blood pressure", "Huyết áp tâm thu"),
    (systems.LOINC, "57133-1", "Referral note", "Giấy chuyển"),
    (systems.CVX, "19", "BCG vaccine", "BCG"),
    (systems.DRUG, "amlodipin-5-mg", "Amlodipin 5 mg", "Amlodipin 5 mg"),
    (systems.ATC, "C08CA01", "Amlodipin", "Amlodipin"),
    (systems.WARD, "00004", "Ba Đình", "Ba Đình"),
    (systems.ETHNICITY, "01", "Kinh", "Kinh"),
    (systems.VISIT_KIND, "01", "Khám bệnh", "Khám bệnh"),
]
"""(system, code, how its display begins, how its Vietnamese name does)"""


def said(reply: Answer) -> dict[str, Any]:
    """The simple out-parameters, and properties by their code."""
    assert reply.status == 200, reply.body
    assert check(reply.json) == []
    found: dict[str, Any] = {}
    for one in reply.json["parameter"]:
        if one["name"] == "property":
            code, value = one["part"]
            found[code["valueCode"]] = next(v for k, v in value.items() if k != "name")
        elif "part" not in one:
            found[one["name"]] = next(v for k, v in one.items() if k != "name")
    return found


def designations(reply: Answer) -> list[dict[str, Any]]:
    return [
        {part["name"]: next(v for k, v in part.items() if k != "name") for part in one["part"]}
        for one in reply.json["parameter"]
        if one["name"] == "designation"
    ]


@pytest.mark.proves("operations/lookup")
@pytest.mark.parametrize(("system", "code", "display", "vi"), LISTED)
async def test_look_up(api: Api, system: str, code: str, display: str, vi: str) -> None:
    asked = urlencode({"system": system, "code": code})
    plain = await api.get(f"CodeSystem/$lookup?{asked}")
    assert said(plain)["display"].startswith(display)
    (named,) = designations(plain)
    assert named["language"] == "vi"
    assert named["value"].startswith(vi)
    for language in ("vi", "vi-VN", "vi-VN,en;q=0.5"):
        path = f"CodeSystem/$lookup?{asked}&displayLanguage={quote(language)}"
        assert said(await api.get(path))["display"] == named["value"]
    assert said(await api.get(f"CodeSystem/$lookup?{asked}&displayLanguage=fr"))[
        "display"
    ].startswith(display)


@pytest.mark.proves("operations/validate-code")
@pytest.mark.parametrize(("system", "code", "display", "vi"), LISTED)
async def test_validate_code(api: Api, system: str, code: str, display: str, vi: str) -> None:
    for place in (f"CodeSystem/$validate-code?url={quote(system)}",
                  f"ValueSet/$validate-code?url={quote(f'{system}?fhir_vs')}"
                  f"&system={quote(system)}"):  # fmt: skip
        right = said(await api.get(f"{place}&code={code}&displayLanguage=vi"))
        assert right["result"] is True
        assert right["display"].startswith(vi)
        assert said(await api.get(f"{place}&code=none"))["result"] is False
        wrong = said(await api.get(f"{place}&code={code}&display=none"))
        assert (wrong["result"], "display" in wrong["message"]) == (False, True)


@pytest.mark.proves("operations/expand")
@pytest.mark.parametrize(("system", "code", "display", "vi"), LISTED)
async def test_expand(api: Api, system: str, code: str, display: str, vi: str) -> None:
    asked = {"url": f"{system}?fhir_vs", "filter": code, "displayLanguage": "vi"}
    reply = await api.get(f"ValueSet/$expand?{urlencode(asked)}")
    found = {one["code"]: one for one in reply.json["expansion"]["contains"]}
    assert found[code]["display"].startswith(vi)
    assert found[code]["system"] == system


async def test_a_list_is_searched_by_any_name_without_marks(api: Api) -> None:
    for words in ("tang huyet ap vo can", "essential hypertension"):
        asked = {"url": f"{systems.ICD10}?fhir_vs", "filter": words}
        reply = await api.get(f"ValueSet/$expand?{urlencode(asked)}")
        assert [one["code"] for one in reply.json["expansion"]["contains"]] == ["I10"]


async def test_properties_of_the_local_lists(api: Api) -> None:
    drug = f"CodeSystem/$lookup?system={systems.DRUG}&code=amlodipin-5-mg"
    assert said(await api.get(drug))["atc"] == "C08CA01"
    assert set(said(await api.get(f"{drug}&property=route"))) == {"name", "display", "route"}
    ward = f"CodeSystem/$lookup?system={systems.ATC}&code=C08CA01&property=parent"
    assert said(await api.get(ward))["parent"] == "C08CA"


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [("IX", "I10", "subsumes"), ("I10", "IX", "subsumed-by"), ("IX", "J00", "not-subsumed")],
)
async def test_icd_10_is_a_hierarchy(api: Api, one: str, other: str, outcome: str) -> None:
    path = f"CodeSystem/$subsumes?system={systems.ICD10}&codeA={one}&codeB={other}"
    assert said(await api.get(path)) == {"outcome": outcome}


SYNONYM = {"system": "http://snomed.info/sct", "code": "900000000000013009"}
OWN = {
    "resourceType": "CodeSystem", "url": "urn:own", "status": "active", "content": "complete",
    "concept": [{"code": "a", "display": "Fever", "designation": [
        {"language": "vi-VN", "value": "Sốt"},
        {"language": "en", "use": SYNONYM, "value": "Pyrexia"},
        {"value": "Febris"},
    ]}],
}  # fmt: skip


@pytest.mark.proves("operations/lookup")
@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("", ["Sốt", "Pyrexia", "Febris"]),
        ("&property=designation", ["Sốt", "Pyrexia", "Febris"]),
        ("&property=lang.vi", ["Sốt"]),
        ("&property=lang.en&property=lang.vi", ["Sốt", "Pyrexia"]),
        ("&property=parent", []),
    ],
)
async def test_a_designation_keeps_its_use(api: Api, query: str, texts: list[str]) -> None:
    await api.create(OWN, who=SYSTEM)
    reply = await api.get(f"CodeSystem/$lookup?system=urn:own&code=a{query}", who=NURSE)
    found = designations(reply)
    assert [one["value"] for one in found] == texts
    assert [one["use"] for one in found if "use" in one] == [SYNONYM] * ("Pyrexia" in texts)
    assert check(reply.json) == []


@pytest.mark.proves("operations/expand")
@pytest.mark.parametrize(
    ("token", "texts"),
    [
        ("vi-VN", ["Sốt"]),
        ("urn:ietf:bcp:47|en", ["Pyrexia"]),
        ("http://snomed.info/sct|900000000000013009", ["Pyrexia"]),
        ("http://snomed.info/sct|1", None),
    ],
)
async def test_designations_by_language_or_use(
    api: Api, token: str, texts: list[str] | None
) -> None:
    await api.create(OWN, who=SYSTEM)
    asked = urlencode({"url": "urn:own?fhir_vs", "designation": token})
    (one,) = (await api.get(f"ValueSet/$expand?{asked}")).json["expansion"]["contains"]
    found = [each["value"] for each in one["designation"]] if "designation" in one else None
    assert found == texts


async def test_a_long_list_is_searched_and_not_listed(api: Api) -> None:
    """As a client does that completes what is typed, over a whole ICD-10."""
    concepts = [{"code": f"c{n}"} for n in range(10_500)]
    concepts[10_200]["display"] = "Sốt xuất huyết"
    long = {"resourceType": "CodeSystem", "url": "urn:long", "status": "active",
            "content": "complete", "concept": concepts}  # fmt: skip
    await api.create(long, who=SYSTEM)
    whole = await api.get("ValueSet/$expand?url=urn:long?fhir_vs")
    assert (whole.status, whole.codes) == (400, ["too-costly"])
    for words, codes in (("sot xuat", ["c10200"]), ("C102", ["c102", "c1020"])):
        asked = {"url": "urn:long?fhir_vs", "filter": words, "count": "2"}
        reply = await api.get(f"ValueSet/$expand?{urlencode(asked)}")
        assert [one["code"] for one in reply.json["expansion"]["contains"]] == codes
    total = reply.json["expansion"]["total"]
    assert total == 1 + 10 + 100
    looked_up = await api.get("CodeSystem/$lookup?system=urn:long&code=c10200")
    assert said(looked_up)["display"] == "Sốt xuất huyết"
