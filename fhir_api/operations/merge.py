"""Patient/$merge and its undoing: https://hl7.org/fhir/R5/patient-operation-merge.html.

R4 defines `Patient.link` and no operation; the parameters are those of R5.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from msgspec.structs import replace

from ehr.access import Access
from ehr.db import Tx
from ehr.errors import Duplicate, Invalid, InvalidQuery, Issue, NotFound
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import Resource
from ehr.fhir.validate import require_valid
from ehr.ingest.merge import Pair, merge, pair, require_may_merge, results, undo
from ehr.ingest.targets import local_key
from ehr.records.find import find
from ehr.search.filters import parameter_of
from ehr.search.query import Filter, SearchQuery
from ehr.search.values import TokenValue
from fhir_api.call import Call
from fhir_api.operations.parameters import Parameters, answer, ignored, read, with_resource
from fhir_api.wire.responses import Reply
from fhir_api.writing import in_transaction, writer

_WHO = (
    "source-patient",
    "source-patient-identifier",
    "target-patient",
    "target-patient-identifier",
)
_MOST_IDENTIFIERS = 10


async def merge_patients(call: Call) -> Reply:
    """Parameters: the outcome and the Patient who remains; with `preview` nothing is done."""
    given = _given(call, (*_WHO, "result-patient", "preview"))
    result, preview = given.resource("result-patient"), given.flag("preview")
    if result is not None:
        require_valid(result)

    async def work(tx: Tx) -> Reply:
        both = await _pair(call, tx, given)
        _require_target(result, both)
        if preview:
            _, target = results(both, result)
            reply = _reply("This is how it would be; nothing was changed.", target, both)
            return replace(reply, recorded=False)
        saved = await merge(tx, both, result, access=writer(call), bases=(call.service.base,))
        return _reply("The two records are one.", orjson.Fragment(saved.content), both)

    return await in_transaction(call, work)


async def unmerge_patients(call: Call) -> Reply:
    """Parameters: the outcome and the Patient who is separate again."""
    given = _given(call, _WHO)

    async def work(tx: Tx) -> Reply:
        both = await _pair(call, tx, given)
        source, _ = await undo(tx, both, access=writer(call), bases=(call.service.base,))
        return _reply("The two records are two again.", orjson.Fragment(source.content), both)

    return await in_transaction(call, work)


def _given(call: Call, known: tuple[str, ...]) -> Parameters:
    require_may_merge(call.access)
    given = read(call)
    ignored(given, known, strict=call.prefer.strict)
    return given


async def _pair(call: Call, tx: Tx, given: Parameters) -> Pair:
    source = await _named(call, tx, given, "source-patient")
    target = await _named(call, tx, given, "target-patient")
    return await pair(tx, source, target, access=call.access)


async def _named(call: Call, tx: Tx, given: Parameters, name: str) -> str:
    """The id of a Patient by reference, by identifiers, or by both, which must agree."""
    id = _referred(call, given, name)
    numbers = given.all(f"{name}-identifier")
    if not numbers:
        if id is None:
            raise InvalidQuery(f"{name} is needed, or {name}-identifier.", code="required")
        return id
    if len(numbers) > _MOST_IDENTIFIERS:
        raise InvalidQuery(f"At most {_MOST_IDENTIFIERS} identifiers name a Patient.")
    filters = [_identifier(name, one) for one in numbers]
    if id is not None:
        filters.append(Filter(parameter_of("Patient", "_id"), None, (TokenValue(None, id),)))
    return await _only(tx, tuple(filters), access=call.access)


def _referred(call: Call, given: Parameters, name: str) -> str | None:
    reference = given.element(name)
    if reference is None:
        return None
    text = reference.get("reference")
    key = local_key(text, (call.service.base,)) if isinstance(text, str) else None
    if key is None or key[0] != "Patient":
        raise InvalidQuery(f"{name} is a reference to a Patient here.", code="value")
    return key[1]


def _identifier(name: str, value: Any) -> Filter:
    one: Mapping[str, Any] = value if isinstance(value, dict) else {}
    system, number = one.get("system"), one.get("value")
    if not isinstance(system, str) or not isinstance(number, str) or not (system and number):
        raise InvalidQuery(f"{name}-identifier has a system and a value.", code="value")
    return Filter(parameter_of("Patient", "identifier"), None, (TokenValue(system, number),))


async def _only(tx: Tx, filters: tuple[Filter, ...], *, access: Access) -> str:
    page = await find(tx, SearchQuery(("Patient",), filters, count=2), access=access)
    if not page.matches:
        raise NotFound
    if len(page.matches) > 1:
        raise Duplicate("Several Patients have these identifiers.")
    return page.matches[0].id


def _require_target(result: Resource | None, both: Pair) -> None:
    if result is None:
        return
    if result.get("resourceType") != "Patient" or result.get("id") != both.target_id:
        raise Invalid(
            "result-patient is the target, with its id.", code="value", expression="Patient.id"
        )


def _reply(text: str, patient: Resource | orjson.Fragment, both: Pair) -> Reply:
    outcome = operation_outcome((Issue("informational", text, severity="information"),))
    reply = answer(with_resource("outcome", outcome), with_resource("result", patient))
    return replace(reply, patients=(both.source.rid, both.target.rid), recorded=True)
