"""The flat table: what each path means, and that the statement of capabilities says the same."""

import pytest
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, NURSE, SYSTEM, Api

from auth.smart import OAUTH_URIS
from ehr.errors import EhrError, InvalidQuery, NotFound
from ehr.fhir.definitions import resource_types
from ehr.fhir.validate import check
from ehr.ingest.save import IMMUTABLE
from ehr.search.registry import parameters
from fhir_api.operations.registry import OPERATIONS
from fhir_api.routes import ROUTES, match
from fhir_api.wire.errors import MethodNotAllowed


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "metadata", "capabilities"),
        ("POST", "", "transaction"),
        ("GET", "", "search-system"),
        ("POST", "_search", "search-system"),
        ("GET", "Patient/1/*", "search-system"),
        ("POST", "Encounter/1/*/_search", "search-system"),
        ("GET", "Patient", "search-type"),
        ("POST", "Patient/_search", "search-type"),
        ("POST", "Patient", "create"),
        ("GET", "Patient/1", "read"),
        ("HEAD", "Patient/1", "read"),
        ("PUT", "Patient/1", "update"),
        ("DELETE", "Patient/1", "delete"),
        ("PUT", "Patient", "update"),
        ("DELETE", "Patient", "delete"),
        ("GET", "Patient/1/Observation", "search-type"),
        ("POST", "Device/1/Observation/_search", "search-type"),
        ("GET", "Patient/1/_history", "history-instance"),
        ("GET", "Patient/_history", "history-type"),
        ("GET", "_history", "history-system"),
        ("GET", "Patient/1/_history/2", "vread"),
        ("GET", "Patient/A-1.b", "read"),
        ("GET", "$versions", "$versions"),
        ("HEAD", "$versions", "$versions"),
        ("POST", "$versions", "$versions"),
        ("GET", "async/x_Y-1", "async-status"),
        ("DELETE", "async/x_Y-1", "async-cancel"),
    ],
)
def test_a_path_names_an_interaction(method: str, path: str, name: str) -> None:
    assert match(method, path).route.name == name


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("PUT", "", MethodNotAllowed),
        ("GET", "_search", MethodNotAllowed),
        ("GET", "Organization/1/*", NotFound),
        ("GET", "Patient/1/*/2", NotFound),
        ("DELETE", "metadata", MethodNotAllowed),
        ("PATCH", "metadata", MethodNotAllowed),
        ("TRACE", "Patient/1", MethodNotAllowed),
        ("GET", "Patient/_search", MethodNotAllowed),
        ("POST", "Patient/1/_history", MethodNotAllowed),
        ("GET", "$nothing", NotFound),
        ("GET", "Patient/$versions", NotFound),
        ("GET", "Patient/1/$nothing", NotFound),
        ("GET", "metadata/$versions", NotFound),
        ("GET", "Patient/1/_history/$versions", NotFound),
        ("PUT", "$versions", MethodNotAllowed),
        ("GET", "Patient/a_b", InvalidQuery),
        ("GET", "Patient/1/Nothing", NotFound),
        ("GET", "Organization/1/Patient", NotFound),
        ("GET", "Patient/1/Observation/2", NotFound),
        ("GET", "Patient/1/Observation/_search", MethodNotAllowed),
        ("POST", "Patient/1/Observation", MethodNotAllowed),
        ("GET", "Resource/1", NotFound),
        ("GET", "DomainResource", NotFound),
        ("GET", "metadata/x", NotFound),
        ("GET", "async", NotFound),
        ("GET", "async/x/y", NotFound),
        ("POST", "async/x", MethodNotAllowed),
    ],
)
def test_others_are_refused(method: str, path: str, error: type[EhrError]) -> None:
    with pytest.raises(error):
        match(method, path)


def test_every_route_but_one_needs_a_right_or_looks_at_each_entry() -> None:
    without = {route.name for route in ROUTES if route.verb is None}
    kept = {"async-status", "async-cancel"}
    of_each = {"transaction", "history-system", "search-system"}
    assert without == {"capabilities"} | of_each | kept
    assert [route.name for route in ROUTES if route.public] == ["capabilities"]


async def test_metadata_is_public_and_valid(api: Api) -> None:
    reply = await api.get("metadata", who=None)
    assert reply.status == 200
    assert check(reply.json) == []
    assert reply.json["implementation"]["url"] == BASE
    for who in (NURSE, ANALYST):
        assert (await api.get("metadata", who=who)).body == reply.body
    assert (await api.get("metadata?mode=normative", who=None)).status == 200
    other = await api.get("metadata?mode=other", who=None)
    assert (other.status, other.codes) == (400, ["not-supported"])


async def test_metadata_names_the_issuer_s_endpoints(api: Api) -> None:
    """Where SMART's Python client looks for them."""
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    (extension,) = rest["security"]["extension"]
    assert extension["url"] == OAUTH_URIS
    endpoints = {one["url"]: one["valueUri"] for one in extension["extension"]}
    assert endpoints == {
        "authorize": f"{api.issuer.url}/authorize",
        "token": f"{api.issuer.url}/token",
    }


async def test_metadata_needs_no_issuer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (await api.get("metadata", who=None)).json

    async def away() -> None:
        raise ValueError("no answer")

    monkeypatch.setattr(api.issuer, "metadata", away)
    reply = await api.get("metadata", who=None)
    assert (reply.status, check(reply.json)) == (200, [])
    del whole["rest"][0]["security"]["extension"]
    assert reply.json == whole


async def test_metadata_says_what_the_routes_and_the_registry_serve(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    assert {one["code"] for one in rest["interaction"]} == {
        "transaction",
        "batch",
        "history-system",
        "search-system",
    }
    assert [one["type"] for one in rest["resource"]] == list(resource_types())
    of_system = {op.name for op in OPERATIONS if "system" in op.levels}
    assert {each["name"] for each in rest["operation"]} == of_system
    for one in rest["resource"]:
        operations = {
            op.name for op in OPERATIONS if op.has(one["type"]) and op.levels != ("system",)
        }
        assert {each["name"] for each in one.get("operation", ())} == operations
        served = {p.code: p.kind for p in parameters(one["type"]).values() if p.searchable}
        served |= {"_filter": "special", "_list": "special"}
        assert {each["name"]: each["type"] for each in one["searchParam"]} == served


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
INTERACTIONS = {
    "read": ["GET {type}/1", "HEAD {type}/1"],
    "vread": ["GET {type}/1/_history/2"],
    "update": ["PUT {type}/1", "PUT {type}"],
    "patch": ["PATCH {type}/1", "PATCH {type}"],
    "delete": ["DELETE {type}/1", "DELETE {type}"],
    "history-instance": ["GET {type}/1/_history"],
    "history-type": ["GET {type}/_history"],
    "create": ["POST {type}"],
    "search-type": ["GET {type}", "POST {type}/_search"],
}
"""How each interaction of a type is asked for."""


async def test_what_metadata_offers_of_each_type_is_done_and_the_rest_is_405(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    refused = 0
    for one in rest["resource"]:
        offered = {each["code"] for each in one["interaction"]}
        assert offered <= INTERACTIONS.keys()
        asked = {
            request.format(type=one["type"]): code
            for code, requests in INTERACTIONS.items()
            for request in requests
        }
        for request, code in asked.items():
            method, path = request.split()
            if code in offered:
                assert match(method, path).route.name == code
                continue
            refused += 1
            allowed = {each for each in METHODS if asked.get(f"{each} {path}") in offered}
            for who in (NURSE, NEIGHBOUR, ANALYST, SYSTEM, None):
                reply = await api.ask(method, path, who=who)
                assert (reply.status, reply.codes) == (405, ["not-supported"]), request
                assert {*reply.headers["allow"].split(", ")} - {"HEAD"} == allowed
    assert refused == 6 * len(IMMUTABLE)


@pytest.mark.parametrize("kind", sorted(IMMUTABLE))
@pytest.mark.parametrize("bundle", ["batch", "transaction"])
async def test_nor_is_it_done_in_a_bundle(api: Api, kind: str, bundle: str) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        entry = {"resource": {"resourceType": kind}, "request": {"method": method, "url": kind}}
        sent = {"resourceType": "Bundle", "type": bundle, "entry": [entry]}
        reply = await api.post("", sent, who=SYSTEM)
        if bundle == "transaction":
            assert (reply.status, reply.json["issue"][0]["expression"]) == (
                405,
                ["Bundle.entry[0]"],
            )
        else:
            assert reply.entries[0]["response"]["status"] == "405 Method Not Allowed"


@pytest.mark.parametrize("kind", sorted(IMMUTABLE))
async def test_no_operation_changes_it_either(api: Api, kind: str) -> None:
    for name in ("meta-add", "meta-delete"):
        reply = await api.post(f"{kind}/1/${name}", {"resourceType": "Parameters"}, who=SYSTEM)
        assert (reply.status, reply.codes) == (404, ["not-supported"])


async def test_what_metadata_names_is_answered_and_what_it_does_not_is_not(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    patient = next(one for one in rest["resource"] if one["type"] == "Patient")
    for parameter in patient["searchParam"]:
        reply = await api.get(f"Patient?{parameter['name']}:missing=true")
        assert reply.status in {200, 400}, parameter
        if reply.status == 400:
            assert reply.codes == ["not-supported"]
    for include in patient["searchInclude"]:
        assert (await api.get(f"Patient?_include={include}")).status == 200
    assert {"*", "Observation:subject", "Provenance:target"} <= {*patient["searchRevInclude"]}
    assert "Observation:encounter" not in patient["searchRevInclude"]
    for include in patient["searchRevInclude"]:
        assert (await api.get(f"Patient?_revinclude={include}")).status == 200
