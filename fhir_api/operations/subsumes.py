"""$subsumes: how two codes of one system stand to each other.

http://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from ehr.errors import InvalidQuery, NotFound
from ehr.terminology.concepts import CodeSystem
from fhir_api.call import Call
from fhir_api.operations.coded import Coded, code_system, one_code
from fhir_api.operations.parameters import answer, part, read
from fhir_api.wire.responses import Reply

_KNOWN = ("codeA", "codeB", "system", "version", "codingA", "codingB")


async def subsumes(call: Call) -> Reply:
    """Parameters with `outcome`: equivalent, subsumes, subsumed-by or not-subsumed."""
    given = read(call)
    given.require_known(_KNOWN)
    one, other = one_code(given, "A"), one_code(given, "B")
    if one.system and other.system and one.system != other.system:
        raise InvalidQuery("Codes of two code systems cannot be compared.")
    system = await code_system(call, given, one.system or other.system)
    first, second = _known(system, one), _known(system, other)
    return answer(part("outcome", "Code", _outcome(system, first, second)))


def _known(system: CodeSystem, asked: Coded) -> str:
    concept = system.find(asked.code)
    if concept is None:
        raise NotFound(f"{asked.code[:64]!r} is not a code of {system.url[:300]} known here.")
    return concept.code


def _outcome(system: CodeSystem, one: str, other: str) -> str:
    if one == other:
        return "equivalent"
    if other in system.descendants(one):
        return "subsumes"
    return "subsumed-by" if one in system.descendants(other) else "not-subsumed"
