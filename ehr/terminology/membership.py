"""Which codes belong together: value sets as sets, and hierarchies up and down, for search.

http://hl7.org/fhir/R4/search.html#token: `:in` asks for a value set, `:below` and `:above` for what
a code subsumes or is subsumed by. None is always "this is not known here".
"""

from functools import lru_cache

from ehr.errors import EhrError
from ehr.terminology import icd10, shipped
from ehr.terminology.expand import expand
from ehr.terminology.library import Library
from ehr.terminology.systems import ICD10

Code = tuple[str, str]
"""(system, code)"""


@lru_cache(maxsize=128)
def expand_codes(url: str) -> frozenset[Code] | None:
    """The codes of a shipped value set by its canonical URL; None also when it cannot be listed."""
    library = Library()
    try:
        found = expand(library, library.value_set(url))
    except EhrError:
        return None
    return frozenset((one.system, one.concept.code) for one in found.members)


def descendants(system: str, code: str) -> frozenset[str] | None:
    """`code` and all below it; of ICD-10 the three-character categories (`icd10.category`)."""
    if system == ICD10:
        return icd10.below(code)
    known = shipped.code_system(system)
    return known.descendants(code) if known is not None and known.find(code) else None


def ancestors(system: str, code: str) -> frozenset[str] | None:
    """`code` and all above it."""
    if system == ICD10:
        return icd10.above(code)
    known = shipped.code_system(system)
    return known.ancestors(code) if known is not None and known.find(code) else None
