"""$diff: what leads from one version to another, or from one resource to another.

It is an operation of this server; the answer is a FHIRPath Patch
(http://hl7.org/fhir/R4/fhirpatch.html).
"""

from ehr.access import Verb
from ehr.errors import Forbidden, InvalidQuery
from ehr.fhir.diff import diff as between
from ehr.fhir.reference import parse_reference
from ehr.fhir.resource import parse
from ehr.records import read as records
from ehr.records.stored import Stored
from fhir_api.call import Call
from fhir_api.interactions.vread import version_number
from fhir_api.operations.parameters import Parameters, answer, ignored, read
from fhir_api.wire.responses import Reply


async def diff(call: Call) -> Reply:
    """Parameters: the operations that make `to` of `from`."""
    given = read(call)
    known = ("fromVersion", "toVersion") if call.id else ("from", "to")
    ignored(given, known, strict=call.prefer.strict)
    old, new = await (_versions(call, given) if call.id else _two(call, given))
    operations = between(parse(old.content), parse(new.content))
    return answer(*operations).showing((old, new))


async def _versions(call: Call, given: Parameters) -> tuple[Stored, Stored]:
    """Two versions of one record: the current and the one before it, unless others are named."""
    current = await records.read(call.source, call.resource_type, call.id, access=call.access)
    to = given.text("toVersion")
    new = current if to is None else await _version(call, to)
    text = given.text("fromVersion")
    return await _version(call, text or str(max(1, new.version - 1))), new


async def _version(call: Call, text: str) -> Stored:
    return await records.vread(
        call.source, call.resource_type, call.id, version_number(text), access=call.access
    )


async def _two(call: Call, given: Parameters) -> tuple[Stored, Stored]:
    old, new = [await _named(call, given, name) for name in ("from", "to")]
    if old.resource_type != new.resource_type:
        raise InvalidQuery("from and to are of one type.", code="value")
    return old, new


async def _named(call: Call, given: Parameters, name: str) -> Stored:
    """The resource or version that a reference such as `Patient/1/_history/2` names."""
    text = given.text(name)
    if text is None:
        raise InvalidQuery(f"$diff needs {name}.", code="required")
    found = parse_reference(text)
    if found.kind != "relative" or found.type is None or found.id is None:
        raise InvalidQuery(f"{name} is a reference such as Patient/1.", code="value")
    if not call.access.may(found.type, Verb.READ):
        raise Forbidden
    if found.version is None:
        return await records.read(call.source, found.type, found.id, access=call.access)
    version = version_number(found.version)
    return await records.vread(call.source, found.type, found.id, version, access=call.access)
