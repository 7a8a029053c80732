"""`_list`: what the entries of a List name (http://hl7.org/fhir/R4/search.html#list).

`Patient?_list=42` or `List/42`; with commas what any of several Lists names. The functional lists
(`$current-allergies`, http://hl7.org/fhir/R4/lifecycle.html#current) are refused: R4 says what they
are for, and leaves to each system how a record comes to be in one.
"""

import re
from collections.abc import Iterable

from ehr.errors import InvalidQuery, NotSupported, TooCostly
from ehr.fhir.reference import Reference, parse_reference
from ehr.fhir.resource import Resource
from ehr.search.escapes import alternatives
from ehr.search.hashing import installed
from ehr.search.query import Listed

LIST = "_list"
MOST_LISTS = 20
"""Lists of one criterion."""
MOST_LISTED = 5000
"""Resources that one criterion can stand for."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)


def listed_of(resource_type: str, text: str) -> Listed:
    """The criterion `_list=text`; raises InvalidQuery, NotSupported, TooCostly."""
    ids = tuple(dict.fromkeys(map(_id_of, alternatives("reference", text))))
    if len(ids) > MOST_LISTS:
        raise TooCostly(f"{LIST} takes at most {MOST_LISTS} lists.")
    return Listed(resource_type, ids, text)


def _id_of(text: str) -> str:
    if text.startswith("$"):
        raise NotSupported(
            f"{LIST}={text[:64]}: functional lists are not kept here; name a List by its id."
        )
    if _ID.fullmatch(text):
        return text
    reference = parse_reference(text)
    if reference.type != "List" or reference.id is None or not _is_here(reference):
        raise InvalidQuery(f"{LIST}: {text[:64]!r} is no List of this server: 42, or List/42.")
    return reference.id


def ids_in(resource: Resource, resource_type: str) -> Iterable[str]:
    """The ids of a type that the entries of a List name, but for those marked as deleted."""
    for entry in resource.get("entry", ()):
        item = entry.get("item", {}).get("reference")
        if entry.get("deleted") is True or type(item) is not str:
            continue
        reference = parse_reference(item)
        if reference.type == resource_type and reference.id is not None and _is_here(reference):
            yield reference.id


def _is_here(reference: Reference) -> bool:
    return reference.kind == "relative" or reference.url in installed().bases
