"""capabilities: what is served, read off the routes and the search registry that serve it.

http://hl7.org/fhir/R4/capabilitystatement.html. Public, the same for everyone, made once
for each state of the registry.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from auth.discovery import Metadata
from auth.smart import OAUTH_URIS
from ehr.directory import profiles
from ehr.errors import NotSupported
from ehr.fhir.definitions import compartments, resource_types
from ehr.fhir.profiles.known import known
from ehr.fhir.resource import dump
from ehr.search.parameter import Parameter
from ehr.search.referring import leads_to
from ehr.search.registry import derived, of_every_type, parameters
from fhir_api.call import Call, Route
from fhir_api.interactions import patch, terminology_capabilities
from fhir_api.operations.registry import OPERATIONS
from fhir_api.search.parse import pairs_of
from fhir_api.wire.responses import Reply

_PUBLISHED = "2026-11-23"
_SYSTEM = frozenset({"", "_history", "_search"})
"""Shapes of paths that are of the whole system."""
_MODES = frozenset({"full", "normative"})
_SMART = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_COMPARTMENT = "http://hl7.org/fhir/CompartmentDefinition/"
_OF_CONDITIONS: dict[str, dict[str, str]] = {
    "_filter": {"definition": "http://hl7.org/fhir/SearchParameter/filter"},
    "_list": {},
}
"""Parameters that are no values of a resource, as `ehr.search.conditions` reads them."""


async def capabilities(call: Call) -> Reply:
    """The CapabilityStatement, or TerminologyCapabilities for `mode=terminology`.

    Raises NotSupported for another mode.
    """
    mode = dict(pairs_of(call.request.query)).get("mode", "full")
    if mode == "terminology":
        return Reply(200, terminology_capabilities.statement(call.service.base, _PUBLISHED))
    if mode not in _MODES:
        raise NotSupported("The modes of this statement are full, normative and terminology.")
    await profiles.refresh(call.source)
    service = call.service
    several = service.conditional_delete_limit > 1
    issuer = await service.authenticator.endpoints()
    statement = _statement(service.base, service.routes, several, service.has_cors, issuer)
    return Reply(200, statement)


@derived
def _statement(
    base: str,
    routes: tuple[Route, ...],
    deletes_several: bool,
    has_cors: bool,
    issuer: Metadata | None,
) -> bytes:
    return dump(
        {
            "resourceType": "CapabilityStatement",
            "name": "Tram",
            "title": "Trạm",
            "status": "active",
            "date": _PUBLISHED,
            "publisher": "Trạm",
            "kind": "instance",
            "software": {"name": "Trạm", "version": version("tram")},
            "implementation": {"description": "Health records of Hanoi's wards", "url": base},
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "patchFormat": list(patch.FORMATS),
            "rest": [
                {
                    "mode": "server",
                    "security": _security(issuer, has_cors=has_cors),
                    **_rest(routes, "multiple" if deletes_several else "single"),
                }
            ],
        }
    )


def _rest(routes: Sequence[Route], conditional_delete: str) -> dict[str, Any]:
    of_type = [route for route in routes if "{type}" in route.shape]
    of_system = dict.fromkeys(route.name for route in routes if route.shape in _SYSTEM)
    return {
        "resource": [_resource(name, of_type, conditional_delete) for name in resource_types()],
        "interaction": [
            {"code": code}
            for name in of_system
            for code in ((name, "batch") if name == "transaction" else (name,))
        ],
        "searchParam": [_parameter(one) for one in _of_every_type()],
        "operation": [
            {"name": one.name, "definition": one.definition}
            for one in OPERATIONS
            if "system" in one.levels
        ],
        "compartment": [f"{_COMPARTMENT}{name[0].lower()}{name[1:]}" for name in compartments()],
    }


def _security(issuer: Metadata | None, *, has_cors: bool) -> dict[str, Any]:
    """How to be known here, with the issuer's endpoints: SMART 1 clients look for them here.

    https://hl7.org/fhir/smart-app-launch/1.0.0/conformance/
    """
    told: dict[str, Any] = {
        "cors": has_cors,
        "service": [{"coding": [{"system": _SMART, "code": "SMART-on-FHIR"}]}],
        "description": "A bearer token; scopes say what, wards and referrals say whose.",
    }
    if issuer is None:
        return told
    uris = [
        {"url": "authorize", "valueUri": issuer.authorization_endpoint},
        {"url": "token", "valueUri": issuer.token_endpoint},
    ]
    return {"extension": [{"url": OAUTH_URIS, "extension": uris}], **told}


def _resource(
    resource_type: str, routes: Sequence[Route], conditional_delete: str
) -> dict[str, Any]:
    served = dict.fromkeys(route.name for route in routes if route.serves(resource_type))
    described: dict[str, Any] = {
        "type": resource_type,
        "interaction": [{"code": name} for name in served],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": "update" in served,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": "update" in served,
        "conditionalDelete": conditional_delete if "delete" in served else "not-supported",
        "referencePolicy": ["literal", "logical", "enforced"],
    }
    supported = sorted(known().of_types.get(resource_type, ()))
    if supported:
        described["supportedProfile"] = supported
    includes = list(_includes(resource_type))
    if includes:
        described["searchInclude"] = ["*", f"{resource_type}:*", *includes]
    described["searchRevInclude"] = ["*", *_revincludes(resource_type)]
    described["searchParam"] = [
        _parameter(one) for one in parameters(resource_type).values() if one.searchable
    ]
    described["searchParam"] += [
        {"name": name, "type": "special"} | more for name, more in _OF_CONDITIONS.items()
    ]
    operations = [
        {"name": one.name, "definition": one.definition}
        for one in OPERATIONS
        if one.has(resource_type) and one.levels != ("system",)
    ]
    if operations:
        described["operation"] = operations
    return described


def _of_every_type() -> Iterator[Parameter]:
    known = parameters("Basic")
    return (known[code] for code in sorted(of_every_type()))


def _parameter(one: Parameter) -> dict[str, str]:
    told = {"name": one.code, "type": one.kind}
    return told | ({"definition": one.definition} if one.definition else {})


def _includes(resource_type: str) -> Iterator[str]:
    for one in _references(resource_type):
        yield f"{resource_type}:{one.code}"


def _revincludes(resource_type: str) -> Iterator[str]:
    for source in resource_types():
        for one in _references(source):
            if leads_to(one, resource_type):
                yield f"{source}:{one.code}"


@derived
def _references(resource_type: str) -> tuple[Parameter, ...]:
    found = parameters(resource_type).values()
    return tuple(one for one in found if one.kind == "reference" and one.searchable)
