"""The base as a place to search at: its methods, forms, values and what metadata says of it."""

from urllib.parse import quote

import pytest
from fixtures import records
from fixtures.fhir import NURSE, Api

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_told_which_there_are(api: Api, method: str) -> None:
    base = await api.ask(method, "")
    assert (base.status, base.headers["allow"]) == (405, "POST, GET, HEAD")
    form = await api.ask(method, "_search")
    assert (form.status, form.headers["allow"]) == (405, "POST")


async def test_a_posted_form_is_a_form(api: Api) -> None:
    wrong = await api.post("_search", {"resourceType": "Parameters"})
    assert (wrong.status, wrong.codes) == (415, ["not-supported"])
    pretty = await api.ask("POST", "_search", content=b"_type=Patient&_pretty=true", headers=FORM)
    assert pretty.body.startswith(b'{\n  "resourceType"')
    long = b"_tag=" + b"a" * 70_000
    assert (await api.ask("POST", "_search", content=long, headers=FORM)).status == 413


@pytest.mark.parametrize("value", ["'", "%", "\\", "$1", "a" * 7000, "a,b", "|", "%s"])
@pytest.mark.parametrize("name", ["_id", "_tag", "_source", "_profile", "_content", "_security"])
async def test_values_are_values(api: Api, name: str, value: str) -> None:
    await api.create(records.patient())
    reply = await api.get(f"?{name}={quote(value)}")
    assert reply.status in {200, 400}
    if reply.status == 200:
        assert reply.ids == []


async def test_metadata_says_so(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    assert "search-system" in {one["code"] for one in rest["interaction"]}
    for one in rest["searchParam"]:
        assert (await api.get(f"?{one['name']}=a", who=NURSE)).status in {200, 400}
        assert one["definition"].startswith("http://hl7.org/fhir/SearchParameter/Resource-")
    assert {one["name"] for one in rest["searchParam"]} == {
        "_id", "_lastUpdated", "_tag", "_security", "_profile", "_source", "_content",
    }  # fmt: skip
