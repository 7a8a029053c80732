"""The one flat table: method and shape of the path → interaction and the right it needs.

Operations have a table of their own, `operations.registry`. `capabilities` tells clients what is
here, and a test holds the two equal.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from ehr.access import Verb
from ehr.errors import InvalidQuery, NotFound
from ehr.fhir.definitions import compartments, is_resource_type
from ehr.search.query import Compartment
from fhir_api.asynchronous.status import async_cancel, async_status
from fhir_api.bundles.bundle import bundle
from fhir_api.call import Route, Target
from fhir_api.interactions.capabilities import capabilities
from fhir_api.interactions.changes import system_history, type_history
from fhir_api.interactions.compartment import in_compartment, in_whole_compartment
from fhir_api.interactions.conditional_delete import conditional_delete
from fhir_api.interactions.conditional_update import conditional_update
from fhir_api.interactions.create import create
from fhir_api.interactions.delete import delete
from fhir_api.interactions.history import history
from fhir_api.interactions.patch import conditional_patch, patch
from fhir_api.interactions.read import read
from fhir_api.interactions.search import search
from fhir_api.interactions.search_system import search_system
from fhir_api.interactions.update import update
from fhir_api.interactions.vread import vread
from fhir_api.operations.registry import Level, routes_of
from fhir_api.wire.errors import MethodNotAllowed

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


ROUTES = (
    Route("GET", "metadata", "capabilities", capabilities, public=True),
    Route("POST", "", "transaction", bundle),
    Route("GET", "{type}", "search-type", search, Verb.SEARCH),
    Route("POST", "{type}/_search", "search-type", search, Verb.SEARCH),
    Route("GET", "{compartment}/{id}/{type}", "search-type", in_compartment, Verb.SEARCH),
    Route("POST", "{compartment}/{id}/{type}/_search", "search-type", in_compartment, Verb.SEARCH),
    Route("GET", "{compartment}/{id}/*", "search-system", in_whole_compartment),
    Route("POST", "{compartment}/{id}/*/_search", "search-system", in_whole_compartment),
    Route("GET", "", "search-system", search_system),
    Route("POST", "_search", "search-system", search_system),
    Route("POST", "{type}", "create", create, Verb.CREATE),
    Route("PUT", "{type}", "update", conditional_update, Verb.UPDATE),
    Route("PATCH", "{type}", "patch", conditional_patch, Verb.UPDATE),
    Route("DELETE", "{type}", "delete", conditional_delete, Verb.DELETE),
    Route("GET", "{type}/{id}", "read", read, Verb.READ),
    Route("PUT", "{type}/{id}", "update", update, Verb.UPDATE),
    Route("PATCH", "{type}/{id}", "patch", patch, Verb.UPDATE),
    Route("DELETE", "{type}/{id}", "delete", delete, Verb.DELETE),
    Route("GET", "{type}/_history", "history-type", type_history, Verb.READ),
    Route("GET", "_history", "history-system", system_history),
    Route("GET", "{type}/{id}/_history", "history-instance", history, Verb.READ),
    Route("GET", "{type}/{id}/_history/{version}", "vread", vread, Verb.READ),
    Route("GET", "async/{id}", "async-status", async_status),
    Route("DELETE", "async/{id}", "async-cancel", async_cancel),
)

_TABLE: dict[str, dict[str, Route]] = {
    shape: {route.method: route for route in ROUTES if route.shape == shape}
    for shape in {route.shape for route in ROUTES}
}
for _methods in _TABLE.values():
    if "GET" in _methods:
        _methods["HEAD"] = _methods["GET"]


def match(method: str, path: str) -> Target:
    """The route of a request; `path` is below the base, without slashes at its ends.

    Raises NotFound for a path that is none of this API's, InvalidQuery for an impossible id,
    MethodNotAllowed for another method.
    """
    above, _, last = path.rpartition("/")
    if last.startswith("$"):
        return _operation(method, above, last[1:])
    named = _Named("async/{id}", "async", last[:64]) if above == "async" else _named(path)
    served = {
        name: route
        for name, route in _TABLE[named.shape].items()
        if route.serves(named.resource_type)
    }
    return named.target(_route(method, served))


class _Named(NamedTuple):
    """What a path names."""

    shape: str
    resource_type: str = ""
    id: str = ""
    version: str = ""
    compartment: Compartment | None = None

    def target(self, route: Route) -> Target:
        """What is asked of it."""
        return Target(route, self.resource_type, self.id, self.version, self.compartment)


def _operation(method: str, above: str, name: str) -> Target:
    """The route of `$name` called at what `above` names."""
    if not above:
        return Target(_route(method, routes_of(name, "system")))
    named = _named(above)
    level = _LEVELS.get(named.shape)
    if level is None:
        raise NotFound("Nothing is served at this path.")
    return named.target(_route(method, routes_of(name, level, named.resource_type)))


def _route(method: str, methods: Mapping[str, Route]) -> Route:
    route = methods.get(method)
    if route is None:
        raise MethodNotAllowed(f"{method[:16]} cannot be done here.", allow=", ".join(methods))
    return route


_LEVELS: Mapping[str, Level] = {
    "{type}": "type",
    "{type}/{id}": "instance",
    "{type}/{id}/_history/{version}": "version",
}


def _named(path: str) -> _Named:
    """The shape of a path and what it names."""
    if path in {"", "metadata", "_history", "_search"}:
        return _Named(path)
    resource_type, *rest = path.split("/", 4)
    if not is_resource_type(resource_type):
        raise NotFound(f"FHIR R4 has no resource type {_printable(resource_type)}.")
    if rest and rest[0] in _OF_TYPE:
        rest, shape = rest[1:], f"{{type}}/{rest[0]}"
    else:
        shape = "{type}"
    match rest:
        case []:
            return _Named(shape, resource_type)
        case [id] if shape == "{type}":
            return _Named("{type}/{id}", resource_type, _checked(id))
        case [id, "_history"] if shape == "{type}":
            return _Named("{type}/{id}/_history", resource_type, _checked(id))
        case [id, "_history", version] if shape == "{type}":
            shape = "{type}/{id}/_history/{version}"
            return _Named(shape, resource_type, _checked(id), _checked(version))
        case [id, *inside] if shape == "{type}" and resource_type in compartments():
            return _inside(Compartment(resource_type, _checked(id)), inside)
    raise NotFound("Nothing is served at this path.")


def _inside(compartment: Compartment, rest: list[str]) -> _Named:
    """What is searched in a compartment: one type, or `*`."""
    resource_type, *search = rest
    is_every = resource_type == "*"
    if not (is_every or is_resource_type(resource_type)) or search not in ([], ["_search"]):
        raise NotFound("Nothing is served at this path.")
    shape = "/".join(["{compartment}/{id}", "*" if is_every else "{type}", *search])
    return _Named(shape, "" if is_every else resource_type, compartment=compartment)


_OF_TYPE = frozenset({"_search", "_history"})
"""What is asked of a whole type."""


def _checked(id: str) -> str:
    if ID.fullmatch(id) is None:
        raise InvalidQuery("An id has 1 to 64 letters, digits, dots and dashes.", code="value")
    return id


def _printable(name: str) -> str:
    return ascii(name[:64])
