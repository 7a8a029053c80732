"""References that make a strict hierarchy: a resource is part of another one of its type.

http://hl7.org/fhir/R4/search.html#recursive: `location:below=Location/1` asks for that place and
those that are part of it, `:above` for those that it is part of.
"""

from collections.abc import Mapping

PARENTS: Mapping[str, str] = {
    "CarePlan": "part-of",
    "Encounter": "part-of",
    "Location": "partof",
    "Organization": "partof",
    "ResearchStudy": "partof",
    "Task": "part-of",
}
"""Type → the parameter of what it is part of; the element is `partOf` in all of them."""
RELATIONS = frozenset({"above", "below"})
"""The modifiers."""
