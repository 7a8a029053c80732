"""Which codes belong together: value sets as sets, and hierarchies up and down, for search.

http://hl7.org/fhir/R4/search.html#token: `:in` asks for a value set, `:below` and `:above` for what
a code subsumes or is subsumed by. Asked of the same library as the operations on terminology.
"""

from typing import Literal

from ehr.errors import NotFound
from ehr.remembered import remembered
from ehr.terminology.expand import expand
from ehr.terminology.library import Library

Code = tuple[str, str]
"""(system, code)"""


def of_value_set(library: Library, canonical: str) -> frozenset[Code]:
    """The codes of a value set; raises NotFound, NotSupported or TooCostly."""
    if not library.stored:
        return _shipped(canonical)
    return frozenset(one.key for one in expand(library, library.value_set(canonical)).members)


@remembered(128)
def _shipped(canonical: str) -> frozenset[Code]:
    """The same where nothing stored has a part in it."""
    library = Library()
    return frozenset(one.key for one in expand(library, library.value_set(canonical)).members)


def related(
    library: Library, relation: Literal["above", "below"], system: str, code: str
) -> frozenset[Code]:
    """`code` and all above it, or all below it; raises NotFound for a code that is not known."""
    known = library.code_system(system)
    if known is None or known.find(code) is None:
        raise NotFound(f"{code[:64]!r} of {system[:200]!r} is not known here.")
    reached = known.descendants if relation == "below" else known.ancestors
    return frozenset((system, one) for one in reached(code))
