"""$subsumes: how two codes of one system stand to each other.

http://hl7.org/fhir/R4/codesystem-operation-subsumes.html
"""

from ehr.errors import InvalidQuery, NotFound
from ehr.terminology.concepts import CodeSystem
from fhir_api.call import Call
from fhir_api.operations.coded import Coded, code_system, one_code
from fhir_api.operations.parameters import answer, part
from fhir_api.operations.signature import exclusive, given_to
from fhir_api.wire.responses import Reply

DEFINITION = "http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes"


async def subsumes(call: Call) -> Reply:
    """Parameters with `outcome`: equivalent, subsumes, subsumed-by or not-subsumed."""
    given = given_to(call, DEFINITION)
    exclusive(given, "codeA", "codingB")
    exclusive(given, "codingA", "codeB")
    one, other = one_code(given, "A"), one_code(given, "B")
    if one.system and other.system and one.system != other.system:
        raise InvalidQuery("Codes of two code systems cannot be compared.")
    if one.version and other.version and one.version != other.version:
        raise InvalidQuery("Codes of two versions of a code system cannot be compared.")
    version = one.version or other.version
    system = await code_system(call, given, one.system or other.system, version)
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
