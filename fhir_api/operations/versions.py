"""$versions: which FHIR versions are spoken here.

http://hl7.org/fhir/R4/capabilitystatement-operation-versions.html. Public, as `metadata` is.
"""

from fhir_api.call import Call
from fhir_api.operations.parameters import answer, part
from fhir_api.wire.responses import Reply

_VERSION = "4.0"


async def versions(_call: Call) -> Reply:
    """Parameters: each version, and the one spoken unless another is asked for."""
    return answer(part("version", "Code", _VERSION), part("default", "Code", _VERSION))
