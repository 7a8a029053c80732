"""Which codes belong together: value sets as sets, and hierarchies up and down, for search.

http://hl7.org/fhir/R4/search.html#token: `:in` asks for a value set, `:below` and `:above` for what
a code subsumes or is subsumed by. None is always "this is not known here".
"""

from ehr.fhir.definitions import codes
from ehr.terminology import icd10
from ehr.terminology.systems import ICD10

Code = tuple[str, str]
"""(system, code)"""


def expand_codes(url: str) -> frozenset[Code] | None:
    """The codes of a value set by its canonical URL."""
    try:
        found = codes(url) or codes(f"{url}|4.0.1")
    except KeyError:
        return None
    if found is None:
        return None
    return frozenset((system, code) for system, listed in found.items() for code in listed)


def descendants(system: str, code: str) -> frozenset[str] | None:
    """`code` and all below it; of ICD-10 the three-character categories (`icd10.category`)."""
    return icd10.below(code) if system == ICD10 else None


def ancestors(system: str, code: str) -> frozenset[str] | None:
    """`code` and all above it."""
    return icd10.above(code) if system == ICD10 else None
