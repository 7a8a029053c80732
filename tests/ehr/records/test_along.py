"""`_include`, `_revinclude` and `:iterate`: what comes along, once, and only one's own.

Two wards with equal records: a resident, a visit, findings of one practitioner, of one
organization in a tree of four. The residents of both wards are linked.
"""

from dataclasses import replace
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import observation, organizations, patient, query, store

from ehr.access import Access, Label, Verb
from ehr.db import Database
from ehr.errors import Forbidden, TooCostly
from ehr.records import along
from ehr.records.find import Page, find


def ref(name: str) -> dict[str, str]:
    return {"reference": name}


def of_ward(ward: int) -> list[dict[str, Any]]:
    """p, e, o, m, c and t of a ward."""
    who, visit = ref(f"Patient/p{ward}"), ref(f"Encounter/e{ward}")
    by = [ref("Practitioner/x")]
    return [
        patient(f"p{ward}", ward, generalPractitioner=by),
        {
            "resourceType": "Encounter", "id": f"e{ward}", "status": "finished", "subject": who,
            "class": {"code": "AMB"}, "serviceProvider": ref("Organization/o4"),
        },
        observation(f"o{ward}", f"p{ward}", encounter=visit, performer=by),
        observation(f"m{ward}", f"p{ward}", hasMember=[ref(f"Observation/o{ward}")]),
        {"resourceType": "Condition", "id": f"c{ward}", "subject": who, "encounter": visit},
        {
            "resourceType": "DiagnosticReport", "id": f"t{ward}", "status": "final",
            "code": {"text": "t"}, "subject": who, "performer": by,
            "result": [ref(f"Observation/o{ward}")],
        },
    ]  # fmt: skip


async def fill(db: Database) -> None:
    await organizations(db)
    tree = [
        {"resourceType": "Organization", "id": f"o{n}", "name": "n"}
        | ({"partOf": ref(f"Organization/o{n - 1}")} if n > 1 else {})
        for n in range(1, 5)
    ]
    await store(db, {"resourceType": "Practitioner", "id": "x"}, *tree)
    for ward in (1, 2):
        await store(db, *of_ward(ward))
    linked = patient("p1", 1, link=[{"other": ref("Patient/p2"), "type": "seealso"}])
    await store(db, {**of_ward(1)[0], "link": linked["link"]})


def names(page: Page) -> set[str]:
    return {one.id for one in page.included}


@pytest.mark.proves("results/_include")
@pytest.mark.proves("results/_revinclude")
@pytest.mark.proves("results/iterate")
@pytest.mark.parametrize(
    ("asked", "mine", "everyone"),
    [
        ("Observation?_include=Observation:subject", "p1", "p1 p2"),
        ("Observation?_include=Observation:subject:Patient", "p1", "p1 p2"),
        ("Observation?_include=Observation:subject:Group", "", ""),
        ("Observation?_include=Observation:has-member", "", ""),
        ("Observation?_id=m1&_include=Observation:has-member", "o1", "o1"),
        ("Observation?_id=m1,m2&_include=Observation:has-member", "o1", "o1 o2"),
        ("Observation?_include=*", "p1 e1 x", "p1 p2 e1 e2 x"),
        ("Observation?_include=Observation:*", "p1 e1 x", "p1 p2 e1 e2 x"),
        ("Observation?_include=Observation:*:Practitioner", "x", "x"),
        ("Observation?_include=Encounter:service-provider", "", ""),
        ("Patient?_include=Patient:link", "", ""),
        ("Patient?_id=p1&_include=Patient:link", "", "p2"),
        ("Patient?_id=p1&_include:iterate=Patient:link", "", "p2"),
        (
            "Observation?_include=Observation:encounter&_include=Encounter:service-provider",
            "e1", "e1 e2",
        ),
        (
            "Observation?_include=Observation:encounter"
            "&_include:iterate=Encounter:service-provider",
            "e1 o4", "e1 e2 o4",
        ),
        (
            "Observation?_include=Observation:encounter"
            "&_include:iterate=Encounter:service-provider&_include:iterate=Organization:partof",
            "e1 o4 o3 o2 o1", "e1 e2 o4 o3 o2 o1",
        ),
        ("Organization?_id=o4&_include:iterate=Organization:partof", "o3 o2 o1", "o3 o2 o1"),
        ("Organization?_id=o1&_revinclude=Organization:partof", "o2", "o2"),
        ("Organization?_id=o1&_revinclude:iterate=Organization:partof", "o2 o3 o4", "o2 o3 o4"),
        ("Organization?_id=o4&_revinclude=Encounter:service-provider", "e1", "e1 e2"),
        (
            "Organization?_id=o4&_revinclude=Encounter:service-provider"
            "&_revinclude:iterate=Observation:encounter",
            "e1 o1", "e1 e2 o1 o2",
        ),
        ("Patient?_revinclude=Observation:subject", "o1 m1", "o1 m1 o2 m2"),
        ("Patient?_revinclude=Observation:patient", "o1 m1", "o1 m1 o2 m2"),
        ("Patient?_revinclude=Observation:subject:Group", "", ""),
        ("Patient?_revinclude=Observation:encounter", "", ""),
        ("Patient?_id=p2&_revinclude=Patient:link", "", "p1"),
        ("Patient?_revinclude=Observation:*", "o1 m1", "o1 m1 o2 m2"),
        ("Patient?_id=p1&_revinclude=*", "e1 o1 m1 c1 t1", "e1 o1 m1 c1 t1"),
        ("Encounter?_revinclude=*", "o1 c1", "o1 o2 c1 c2"),
        ("Observation?_id=o1&_revinclude=*", "m1 t1", "m1 t1"),
        ("Practitioner?_revinclude=*", "p1 o1 t1", "p1 p2 o1 o2 t1 t2"),
        ("Practitioner?_revinclude=Observation:performer", "o1", "o1 o2"),
        ("Practitioner?_revinclude=DiagnosticReport:performer", "t1", "t1 t2"),
        (
            "Practitioner?_revinclude=Observation:performer&_include:iterate=Observation:subject",
            "o1 p1", "o1 o2 p1 p2",
        ),
        ("Observation?_id=o2&_revinclude=*", "", "m2 t2"),
        ("Practitioner?_id=nobody&_revinclude=*", "", ""),
    ],
)  # fmt: skip
async def test_what_comes_along(db: Database, asked: str, mine: str, everyone: str) -> None:
    await fill(db)
    kind, _, rest = asked.partition("?")
    wanted = query(kind, rest)
    for access, expected in (
        (callers.clinician(1), mine),
        (callers.system(), everyone),
        (callers.several(1, 2), everyone),
    ):
        page = await find(db, wanted, access=access)
        assert names(page) == set(expected.split())
        known = [(one.resource_type, one.id) for one in (*page.matches, *page.included)]
        assert len(known) == len(set(known))
        assert not page.is_cut
    strange = await find(db, wanted, access=callers.clinician(3))
    assert not {one.id for one in strange.included if one.id[-1] in "12"} - {"o1", "o2"}


def hospital(*rights: str) -> Access:
    """The hospital with rights on some types."""
    pairs = frozenset((kind, verb) for kind in rights for verb in (Verb.READ, Verb.SEARCH))
    return replace(callers.hospital(), rights=pairs)


async def grant(db: Database, *ids: str) -> None:
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', id, now() - interval '1 day', now() + interval '1 day'"
            " FROM resource_directory WHERE rtype = 102 AND id = ANY (%s) OR id = ANY (%s)",
            (list(ids), list(ids)),
        )


async def test_a_hospital_gets_what_belongs_to_a_named_and_granted_patient(db: Database) -> None:
    await fill(db)
    await grant(db, "p1")
    named = "_id=p1&_revinclude=Observation:subject"
    page = await find(db, query("Patient", named), access=callers.hospital())
    assert names(page) == {"o1", "m1"}
    page = await find(db, query("Patient", "_id=p1&_revinclude=*"), access=callers.hospital())
    assert names(page) == {"e1", "o1", "m1", "c1", "t1"}
    page = await find(db, query("Patient", "_id=p2&_revinclude=*"), access=callers.hospital())
    assert (page.matches, page.included) == ([], [])
    # The directory leads to no list of residents.
    with pytest.raises(Forbidden):
        await find(
            db, query("Practitioner", "_revinclude=Patient:general-practitioner"),
            access=callers.hospital(),
        )  # fmt: skip
    page = await find(db, query("Practitioner", "_revinclude=*"), access=callers.hospital())
    assert names(page) == set()


async def test_only_what_one_may_read_comes_along(db: Database) -> None:
    await fill(db)
    await grant(db, "p1")
    access = hospital("Patient", "Condition")
    page = await find(db, query("Patient", "_id=p1&_revinclude=*"), access=access)
    assert names(page) == {"c1"}
    asked = "_id=p1&_revinclude=Observation:subject&_include=Patient:organization"
    assert names(await find(db, query("Patient", asked), access=access)) == set()


async def test_labels_hide_what_would_come_along(db: Database) -> None:
    await fill(db)
    hiv = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "B20"}]}
    await store(
        db,
        {"resourceType": "Condition", "id": "hidden", "subject": ref("Patient/p1"), "code": hiv},
    )
    seen = replace(callers.clinician(1), labels=Label.HIV)
    for asked in ("_revinclude=Condition:subject", "_revinclude=*", "_revinclude=Condition:*"):
        wanted = query("Patient", f"_id=p1&{asked}")
        assert "hidden" in names(await find(db, wanted, access=seen))
        assert "hidden" not in names(
            await find(db, wanted, access=callers.unlabelled(callers.clinician(1)))
        )


async def test_a_definition_is_named_by_its_url(db: Database) -> None:
    await organizations(db)
    url = "http://tram.test/Questionnaire/q"
    form = {"resourceType": "Questionnaire", "status": "active", "url": url}
    answers = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": url,
    }  # fmt: skip
    await store(
        db,
        {**form, "id": "q1", "version": "1"},
        {**form, "id": "q2", "version": "2"},
        {**form, "id": "other", "url": f"{url}/other"},
        patient("p1", 1),
        {**answers, "id": "r", "questionnaire": f"{url}|1", "subject": ref("Patient/p1")},
    )
    back = query("Questionnaire", "_revinclude=QuestionnaireResponse:questionnaire")
    assert names(await find(db, back, access=callers.clinician(1))) == {"r"}
    assert names(await find(db, back, access=callers.clinician(2))) == set()
    for asked, expected in (
        ("QuestionnaireResponse:questionnaire", {"q1"}),
        ("QuestionnaireResponse:questionnaire:Questionnaire", {"q1"}),
        ("QuestionnaireResponse:questionnaire:Patient", set()),
    ):
        wanted = query("QuestionnaireResponse", f"_include={asked}")
        assert names(await find(db, wanted, access=callers.clinician(1))) == expected
        narrow = replace(callers.clinician(1), rights=hospital("QuestionnaireResponse").rights)
        assert names(await find(db, wanted, access=narrow)) == set()
    await store(db, {**answers, "id": "s", "subject": ref("Patient/p1")})
    wanted = query("QuestionnaireResponse", "_include=QuestionnaireResponse:questionnaire")
    assert names(await find(db, wanted, access=callers.clinician(1))) == {"q1", "q2"}


async def test_there_is_an_end(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(db)
    deep = query("Organization", "_id=o4&_include:iterate=Organization:partof")
    monkeypatch.setattr(along, "MAX_ROUNDS", 2)
    page = await find(db, deep, access=callers.system())
    assert (names(page), page.is_cut) == ({"o3", "o2"}, True)
    monkeypatch.setattr(along, "MAX_ROUNDS", 4)
    assert not (await find(db, deep, access=callers.system())).is_cut
    monkeypatch.setattr(along, "MAX_INCLUDED", 2)
    for asked in ("_revinclude=*", "_revinclude=Observation:subject"):
        with pytest.raises(TooCostly, match="lower _count"):
            await find(db, query("Patient", asked), access=callers.system())
    with pytest.raises(TooCostly):
        await find(db, deep, access=callers.system())


@pytest.mark.parametrize(
    ("asked", "advice"),
    [("", "narrower criterion."), ("_sort=family", "leave out _sort=family.")],
)
async def test_a_search_that_took_too_long_comes_with_advice(
    db: Database, monkeypatch: pytest.MonkeyPatch, asked: str, advice: str
) -> None:
    from ehr.records import find as finding

    async def stopped(*_: object) -> None:
        raise TooCostly("It took too long.")

    monkeypatch.setattr(finding, "run", stopped)
    with pytest.raises(TooCostly, match=f"It took too long. Name a patient .*{advice}"):
        await find(db, query("Patient", asked), access=callers.system())


async def test_references_of_a_page_are_looked_for_up_to_a_limit(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(db)
    from ehr.search import referring

    monkeypatch.setattr(referring, "MAX_SOUGHT", 100)
    with pytest.raises(TooCostly, match="lower _count"):
        await find(db, query("Patient", "_revinclude=*"), access=callers.system())
