"""Which verb of HTTP made a version: what a history tells of it.

http://hl7.org/fhir/R4/valueset-http-verb.html. The numbers are those of the column `method`.
"""

from enum import IntEnum

from ehr.access import Verb


class Method(IntEnum):
    """How a version came to be."""

    UNKNOWN = 0
    """Stored before this was kept: the first version was a POST, the others are PUTs."""
    POST = 1
    PUT = 2
    PATCH = 3
    DELETE = 4
    PUT_BACK = 5
    """A PUT of what was deleted, which is answered like a create."""


_OF_VERB = {Verb.CREATE: Method.POST, Verb.UPDATE: Method.PUT, Verb.DELETE: Method.DELETE}


def made_by(verb: Verb, method: Method | None, *, was_deleted: bool) -> Method:
    """The method of a version that `verb` makes, by `method` where one was named."""
    found = method or _OF_VERB[verb]
    return Method.PUT_BACK if found is Method.PUT and was_deleted else found


def told(method: Method, version: int, *, deleted: bool) -> tuple[str, str]:
    """(request.method, response.status) of a version."""
    if deleted:
        return "DELETE", "204"
    if method is Method.UNKNOWN:
        method = Method.POST if version == 1 else Method.PUT
    if method is Method.PUT_BACK:
        return "PUT", "201"
    return method.name, "201" if version == 1 else "200"
