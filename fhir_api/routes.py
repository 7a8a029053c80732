"""The one flat table: method and shape of the path → interaction and the right it needs.

Operations have a table of their own, `operations.registry`. `capabilities` tells clients what is
here, and a test holds the two equal.
"""

import re
from collections.abc import Mapping

from ehr.access import Verb
from ehr.errors import InvalidQuery, NotFound
from ehr.fhir.definitions import is_resource_type
from fhir_api.bundles.bundle import bundle
from fhir_api.call import Route, Target
from fhir_api.interactions.capabilities import capabilities
from fhir_api.interactions.changes import system_history, type_history
from fhir_api.interactions.conditional_delete import conditional_delete
from fhir_api.interactions.conditional_update import conditional_update
from fhir_api.interactions.create import create
from fhir_api.interactions.delete import delete
from fhir_api.interactions.history import history
from fhir_api.interactions.patch import conditional_patch, patch
from fhir_api.interactions.read import read
from fhir_api.interactions.search import search
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
    shape, resource_type, id, version = _shape(path)
    return Target(_route(method, _TABLE[shape]), resource_type, id, version)


def _operation(method: str, above: str, name: str) -> Target:
    """The route of `$name` called at what `above` names."""
    if not above:
        return Target(_route(method, routes_of(name, "system")))
    shape, resource_type, id, version = _shape(above)
    level = _LEVELS.get(shape)
    if level is None:
        raise NotFound("Nothing is served at this path.")
    route = _route(method, routes_of(name, level, resource_type))
    return Target(route, resource_type, id, version)


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


def _shape(path: str) -> tuple[str, str, str, str]:
    """(shape, type, id, version)."""
    if path in {"", "metadata", "_history"}:
        return path, "", "", ""
    resource_type, *rest = path.split("/", 4)
    if not is_resource_type(resource_type):
        raise NotFound(f"FHIR R4 has no resource type {_printable(resource_type)}.")
    if rest and rest[0] in _OF_TYPE:
        rest, shape = rest[1:], f"{{type}}/{rest[0]}"
    else:
        shape = "{type}"
    match rest:
        case []:
            return shape, resource_type, "", ""
        case [id] if shape == "{type}":
            return "{type}/{id}", resource_type, _checked(id), ""
        case [id, "_history"] if shape == "{type}":
            return "{type}/{id}/_history", resource_type, _checked(id), ""
        case [id, "_history", version] if shape == "{type}":
            return "{type}/{id}/_history/{version}", resource_type, _checked(id), _checked(version)
    raise NotFound("Nothing is served at this path.")


_OF_TYPE = frozenset({"_search", "_history"})
"""What is asked of a whole type."""


def _checked(id: str) -> str:
    if ID.fullmatch(id) is None:
        raise InvalidQuery("An id has 1 to 64 letters, digits, dots and dashes.", code="value")
    return id


def _printable(name: str) -> str:
    return ascii(name[:64])
