"""Every kind of parameter with every modifier, prefix and odd value: answered or refused, by name.

http://hl7.org/fhir/R4/search.html#modifiers and #errors. A known parameter is refused in the same
way whether its caller is strict or lenient; only one that is not known is ignored and told.
"""

from typing import NamedTuple
from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NEIGHBOUR, SYSTEM, Answer, Api

STRICT, LENIENT = {"Prefer": "handling=strict"}, {"Prefer": "handling=lenient"}
ICD = "http://hl7.org/fhir/sid/icd-10"
GENDER = "http://hl7.org/fhir/administrative-gender"
GENDERS = "http://hl7.org/fhir/ValueSet/administrative-gender"


class Asked(NamedTuple):
    """A parameter, the modifiers that fit it with a value each takes, and values it refuses."""

    kind: str
    type: str
    code: str
    good: dict[str, str]
    bad: tuple[str, ...] = ()
    has_prefixes: bool = False
    has_missing: bool = True


DATE = {"": "2026-03"}
NO_DATE = ("2026-13", "2026-02-30", "ge", "gtgt2026", "20260305", "2026-03-05T25:00", "x", "2026,")
NO_NUMBER = (
    "x", "NaN", "Infinity", "0x1", "1.2.3", "ge", "gt gt1", "1,", "--1", "1_0", "1e999999",
)  # fmt: skip
CODED = {
    "": f"{ICD}|I10", "not": f"{ICD}|I10", "text": "blood", "in": GENDERS, "not-in": GENDERS,
    "below": f"{ICD}|I10", "above": f"{ICD}|I10",
}  # fmt: skip
TABLE = (
    Asked("string", "Patient", "family", {"": "ng", "exact": "Nguyễn", "contains": "guy"},
          (" ", "a" * 201, "a b c d e f g h i j k", "\\")),
    Asked("string", "Patient", "name", {"": "ng", "exact": "Hòa", "contains": "guy"}, ("\\",)),
    Asked("token", "Observation", "code", CODED, ("|", "\\")),
    Asked("token", "Patient", "gender", {
        "": "male", "not": "male", "in": GENDERS, "not-in": GENDERS,
        "below": f"{GENDER}|male", "above": f"{GENDER}|male",
    }, ("|",)),
    Asked("token", "Patient", "active", {"": "true", "not": "true"}, ("|",)),
    Asked("token", "Patient", "phone", {"": "0912345678", "not": "0912345678"}, ("|",)),
    Asked("token", "Patient", "identifier", {
        "": "http://i|1", "not": "http://i|1", "of-type": "http://t|MR|1", "text": "record",
    }, ("|",)),
    Asked("token", "Patient", "_id", {"": "a", "not": "a"}, ("a_b", "a|b", "../x", "a" * 65)),
    Asked("token", "Patient", "_tag", {
        "": "http://t|a", "not": "a", "text": "first", "in": GENDERS, "not-in": GENDERS,
        "below": f"{ICD}|I10", "above": f"{ICD}|I10",
    }, ("|",)),
    Asked("reference", "Observation", "patient", {
        "": "Patient/a", "Patient": "a", "identifier": "http://i|1",
    }, ("a b", "Nothing/a", "Patient/a_b", "Patient/")),
    Asked("reference", "Observation", "performer", {
        "": "Practitioner/a", "Patient": "a", "identifier": "http://i|1",
        "above": "Organization/a", "below": "Organization/a",
    }, ("a b", "Nothing/a")),
    Asked("reference", "QuestionnaireResponse", "questionnaire", {
        "": "http://q/one|1", "below": "http://q/one|1",
    }, ()),
    Asked("date", "Patient", "birthdate", DATE, NO_DATE, has_prefixes=True),
    Asked("date", "Observation", "date", DATE, NO_DATE, has_prefixes=True),
    Asked("date", "Condition", "onset-date", DATE, NO_DATE, has_prefixes=True),
    Asked("date", "Observation", "_lastUpdated", DATE, NO_DATE, has_prefixes=True),
    Asked("number", "RiskAssessment", "probability", {"": "0.5"}, NO_NUMBER, has_prefixes=True),
    Asked("quantity", "Observation", "value-quantity", {"": "5.4|http://unitsofmeasure.org|mg"},
          (*NO_NUMBER, "5|mg", "5|http://u|"), has_prefixes=True),
    Asked("uri", "ValueSet", "url", {"": "urn:x", "below": "http://v", "above": "http://v"}, ()),
    Asked("uri", "Patient", "_profile", {"": "http://p", "below": "http://p", "above": "http://p"},
          ()),
    Asked("uri", "Patient", "_source", {"": "urn:x", "below": "http://s", "above": "http://s"},
          ()),
    Asked("composite", "Observation", "code-value-quantity", {"": "8480-6$gt100"},
          ("a", "$", "a$", "$5", "a$b", "a$1$2"), has_missing=False),
    Asked("composite", "Observation", "component-code-value-quantity", {"": "8480-6$gt100"},
          ("a", "$", "a$b"), has_missing=False),
    Asked("special", "Location", "near", {"": "21.03|105.85|5|km"},
          ("1", "a|b", "91|0", "0|181", "1|1|x|km", "1|1|-1|km", "1|1|1|parsec")),
    Asked("text", "Patient", "_text", {"": "word"}, ("(", "a)", "not"), has_missing=False),
    Asked("text", "Patient", "_content", {"": "word"}, ("(", "a or"), has_missing=False),
)  # fmt: skip
MODIFIERS = (
    "", "exact", "contains", "not", "text", "in", "not-in", "above", "below", "of-type",
    "identifier", "Patient", "Group", "Nothing", "iterate", "type", "missing", "nonsense",
    "EXACT", "not:not", "missing:missing", "'", "exact ",
)  # fmt: skip
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
ODD = (
    "", ",", "a,", "\\", "\\x", "|", "||", "|||", "$", "$$$", "'", '"', "%", "_", "(", ")", "*",
    "a|b|c|d", "1|2|3|4", "😀", "١٢", "\u202e", "ge", "zz1", "-", "+1", "1e400", "NaN",
    "2026-02-30", "9" * 400, "x" * 7000, "../..", "Patient/", "/", "a/b/c", "http://", "#a",
    "${7*7}", "1;select pg_sleep(5)", "\n", "\x7f", ",".join("a" * 201),
)  # fmt: skip
NAMES = [f"{one.type}.{one.code}" for one in TABLE]


@pytest.fixture
async def stored(api: Api) -> None:
    """Something to find, so that a refusal does not come of emptiness."""
    await api.create(records.observation(await api.create(records.patient())))


async def ask(
    api: Api, one: Asked, modifier: str | None, value: str, how: dict[str, str]
) -> Answer:
    key = one.code if modifier is None else f"{one.code}:{modifier}"
    path = f"{one.type}?{quote(key, safe=':')}={quote(value, safe='')}"
    return await api.get(path, who=SYSTEM, headers=how)


def wrong(reply: Answer, one: Asked, status: int, codes: set[str]) -> str | None:
    """What is wrong with a reply; a refusal has one code of `codes` and names its parameter."""
    if reply.status != status:
        return f"{reply.status} for {status}: {reply.body[:200]!r}"
    if status == 200:
        told = [e for e in reply.entries if e["search"]["mode"] == "outcome"]
        return f"told {told}" if told else None
    if not set(reply.codes) <= codes:
        return f"{reply.codes} for {codes}"
    return None if one.code in reply.said else f"does not name it: {reply.said}"


@pytest.mark.proves("search/modifier-refused")
@pytest.mark.parametrize("one", TABLE, ids=NAMES)
async def test_each_modifier_fits_or_is_refused(api: Api, stored: None, one: Asked) -> None:
    failed = {}
    fitting = set(one.good) - {""} | ({"missing"} if one.has_missing else set())
    for modifier in MODIFIERS:
        fits = modifier in fitting
        value = "true" if modifier == "missing" else one.good.get(modifier, one.good[""])
        for how in (STRICT, LENIENT):
            reply = await ask(api, one, modifier, value, how)
            codes = {"invalid"} if modifier == "" else {"not-supported"}
            if reason := wrong(reply, one, 200 if fits else 400, codes):
                failed[modifier, how["Prefer"]] = reason
    assert failed == {}
    assert fitting <= set(MODIFIERS)


@pytest.mark.proves("search/modifier-refused")
@pytest.mark.parametrize("one", TABLE, ids=NAMES)
async def test_each_prefix_is_understood_or_part_of_the_value(
    api: Api, stored: None, one: Asked
) -> None:
    failed = {}
    value = one.good[""]
    for prefix in (*PREFIXES, "zz", "GE", "=="):
        known = prefix in PREFIXES
        for how in (STRICT, LENIENT):
            reply = await ask(api, one, None, f"{prefix}{value}", how)
            if one.has_prefixes:
                if reason := wrong(reply, one, 200 if known else 400, {"invalid"}):
                    failed[prefix, how["Prefer"]] = reason
            elif reply.status not in {200, 400}:
                failed[prefix, how["Prefer"]] = f"{reply.status}"
        if one.has_prefixes and prefix in PREFIXES:
            alone = await ask(api, one, None, prefix, LENIENT)
            if reason := wrong(alone, one, 400, {"invalid"}):
                failed[prefix, "alone"] = reason
    assert failed == {}


REFUSED = {"invalid", "value", "too-costly", "not-supported"}


@pytest.mark.parametrize("one", TABLE, ids=NAMES)
async def test_each_bad_value_is_refused_to_everyone(api: Api, stored: None, one: Asked) -> None:
    failed = {}
    for value in one.bad:
        for how in (STRICT, LENIENT):
            reply = await ask(api, one, None, value, how)
            if reason := wrong(reply, one, 400, REFUSED):
                failed[value, how["Prefer"]] = reason
    if one.has_missing:
        for value in ("maybe", "TRUE", "1", "true,false"):
            reply = await ask(api, one, "missing", value, LENIENT)
            if reason := wrong(reply, one, 400, REFUSED):
                failed[value, "missing"] = reason
    assert failed == {}


@pytest.mark.parametrize("one", TABLE, ids=NAMES)
async def test_one_without_a_value_is_ignored(api: Api, stored: None, one: Asked) -> None:
    for modifier in (None, *(set(one.good) - {""})):
        for how in (STRICT, LENIENT):
            reply = await ask(api, one, modifier, "", how)
            assert reply.status == 200
            assert reply.link("self") == f"{BASE}/{one.type}"
            told = reply.entries[-1]["resource"]["issue"][0]
            assert (told["severity"], told["code"]) == ("information", "informational")
            assert one.code in told["diagnostics"]
    # In criteria it is refused, since ignoring it would delete more.
    reply = await api.delete(f"{one.type}?{one.code}=", who=SYSTEM)
    assert (reply.status, reply.codes) == (400, ["invalid"])
    assert one.code in reply.said


async def test_controls_without_a_value_are_ignored(api: Api, stored: None) -> None:
    names = ("_count", "_sort", "_total", "_summary", "_elements", "_include", "_filter", "_list")
    query = "&".join(f"{name}=" for name in names)
    for path in ("Patient?", "?_type=Patient&", "?_type=&"):
        reply = await api.get(path + query, headers=STRICT)
        assert reply.status == 200
        assert reply.entries[0]["search"]["mode"] == "match"
        assert "_count" not in (reply.link("self") or "")


async def test_nobody_finds_more_by_leaving_a_value_out(api: Api, stored: None) -> None:
    """Who must name a patient has not named one; $lastn and the other wards neither."""
    for who, status in ((None, 401), (ANALYST, 403), (HOSPITAL, 403)):
        assert (await api.get("Observation?patient=", who=who)).status == status
    assert (await api.get("Observation/$lastn?patient=")).status == 400
    found = (await api.get("Patient?_id=", who=NEIGHBOUR)).entries
    assert [e["search"]["mode"] for e in found] == ["outcome"]


@pytest.mark.slow
@pytest.mark.parametrize("one", TABLE, ids=NAMES)
async def test_no_value_is_a_fault_of_the_server(api: Api, stored: None, one: Asked) -> None:
    """Answered, or refused by the parameter's name."""
    failed = {}
    for modifier in one.good:
        for value in ODD:
            reply = await ask(api, one, modifier or None, value, LENIENT)
            if reply.status == 200:
                continue
            if reason := wrong(reply, one, 400, REFUSED):
                failed[modifier, value[:40]] = reason
    assert failed == {}


@pytest.mark.proves("results/unknown", "interactions/prefer-handling")
@pytest.mark.parametrize("key", ["colour", "colour:exact", "colour:missing", "Family", "_unknown"])
@pytest.mark.parametrize("where", ["Patient?", "?_type=Patient,Observation&", "?"])
async def test_what_is_not_known_is_ignored_or_refused_as_asked(
    api: Api, stored: None, where: str, key: str
) -> None:
    lenient = await api.get(f"{where}{key}=a&_count=3", headers=LENIENT)
    assert lenient.status == 200
    *found, told = lenient.entries
    assert found
    assert told["search"]["mode"] == "outcome"
    assert key.partition(":")[0] in told["resource"]["issue"][0]["diagnostics"]
    assert key not in (lenient.link("self") or "")
    strict = await api.get(f"{where}{key}=a", headers=STRICT)
    assert (strict.status, strict.codes) == (400, ["not-supported"])
    assert key.partition(":")[0] in strict.said


@pytest.mark.proves("search/modifier-refused")
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Observation?patient.gender:exact=male", "not-supported"),
        ("Observation?patient.birthdate=zz2026", "invalid"),
        ("Observation?patient:Group.name=a", "invalid"),
        ("Observation?patient:Patient.name:text=a", "not-supported"),
        ("Observation?patient:Nothing.name=a", "invalid"),
        ("Observation?patient.=a", "invalid"),
        ("Observation?code.text=a", "invalid"),
        ("Patient?_has:Observation:patient:code:exact=a", "not-supported"),
        ("Patient?_has:Observation:patient:date=never", "invalid"),
        ("Patient?_has:Observation:code:code=a", "invalid"),
        ("Patient?_has:Observation:patient=a", "invalid"),
        ("Patient?_has:Nothing:patient:code=a", "invalid"),
        ("Patient?_has=a", "invalid"),
        ("?_type=Patient,Observation&_tag:exact=a", "not-supported"),
        ("?_type=Patient,Observation&_lastUpdated=zz2026", "invalid"),
        ("?_type=Condition,Observation&code:exact=a", "not-supported"),
        ("?_type=Condition,Observation&patient=a b", "invalid"),
    ],
)
async def test_chains_and_several_types_refuse_the_same(
    api: Api, stored: None, asked: str, code: str
) -> None:
    for how in (STRICT, LENIENT):
        reply = await api.get(quote(asked, safe="?&=:,._"), who=SYSTEM, headers=how)
        assert (reply.status, reply.codes) == (400, [code]), reply.body
