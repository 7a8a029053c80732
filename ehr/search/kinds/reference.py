"""References: `Type/id`, an id alone, an absolute URL, a canonical (http://hl7.org/fhir/R4/search.html#reference).

The patient of a record is found by the column `pat`, its encounter by `enc`. Other references are
tokens when they lead to the directory (few targets, many references), keys when to a record.
"""

import re
from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery, NotSupported
from ehr.fhir.definitions import resource_types, type_number
from ehr.fhir.path import Node
from ehr.fhir.reference import Reference, parse_reference
from ehr.search import logical
from ehr.search.hashing import installed
from ehr.search.hierarchies import PARENTS, RELATIONS
from ehr.search.main_columns import PATIENT as MAIN_PATIENT
from ehr.search.numbers import NO_PATIENT, SUBJECT
from ehr.search.parameter import Parameter
from ehr.search.patients import leading
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import TRUE, Branches, Scope, Sql, either, every
from ehr.search.values import ReferenceValue, Value

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)
_CANONICAL = frozenset({"canonical", "uri"})
_PATIENT = "Patient"


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit: the types it may lead to, and the identifier of what it names."""
    if parameter.types and parameter.types <= _CANONICAL:
        return ("below", *_types(parameter))
    relations = sorted(RELATIONS) if PARENTS.keys() & {*parameter.targets} else ()
    return (logical.IDENTIFIER, *relations, *_types(parameter))


def _types(parameter: Parameter) -> tuple[str, ...]:
    anything = not parameter.targets or "Resource" in parameter.targets
    return resource_types() if anything else parameter.targets


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the references of `nodes`."""
    hasher, number = installed().hasher, parameter.number
    for value, _ in nodes:
        logical.index(number, value, rows)
        target = _target(value)
        if target is None:
            if type(value) is dict and value:
                rows.tok.add(hasher.token(number, None, None))
            continue
        if target.url is None and parameter.storage == "pat" and target.type == _PATIENT:
            rows.subjects.add(hasher.reference_key(SUBJECT, f"{_PATIENT}/{target.id}"))
        elif target.url is None and parameter.storage == "enc":
            rows.enc = _encounter(target)
        else:
            _index_other(number, target, rows)


def _index_other(number: int, target: ReferenceValue, rows: Rows) -> None:
    hasher = installed().hasher
    if _is_token(target):
        texts = (*_texts(target), *_versions_above(target))
        rows.tok.update(hasher.reference_token(number, text) for text in texts)
    else:
        rows.keys.update(hasher.reference_key(number, text) for text in _texts(target))
        rows.tok.add(hasher.token(number, None, None))


def _is_token(target: ReferenceValue) -> bool:
    """Whether many records share the target: the directory, or a canonical."""
    return target.type in SHARED_TYPES if target.url is None else target.type is None


def _texts(target: ReferenceValue) -> Iterable[str]:
    """What a target is indexed and asked as; a canonical with a version also without it."""
    if target.url is None:
        yield f"{target.type}/{target.id}"
        return
    text = f"{target.url}/{target.type}/{target.id}" if target.type else target.url
    yield text
    if target.version is not None:
        yield f"{text}|{target.version}"


def _versions_above(target: ReferenceValue) -> Iterable[str]:
    """What `:below` finds a canonical's version by: 2.1.0 by 2, 2.1 and itself."""
    parts = target.version.split(".") if target.version else []
    yield from (_below(target.url, ".".join(parts[:length])) for length in range(1, len(parts) + 1))


def _below(url: str | None, version: str) -> str:
    return f"{url}|\x04{version}"


def _encounter(target: ReferenceValue) -> int:
    return installed().hasher.own(f"{target.type}/{target.id}")


def _target(value: Any) -> ReferenceValue | None:
    """What a Reference, a canonical or uri, or a resource itself names; None: nothing to find."""
    if type(value) is str:
        return _canonical(value)
    if type(value) is not dict:
        return None
    if "resourceType" in value:
        return ReferenceValue(value["resourceType"], value["id"]) if "id" in value else None
    text = value.get("reference") or value.get("url")
    return _named(parse_reference(text)) if type(text) is str else None


def _canonical(text: str) -> ReferenceValue:
    url, _, version = text.partition("|")
    return ReferenceValue(None, None, url, version or None)


def _named(reference: Reference) -> ReferenceValue | None:
    if reference.kind == "relative" or (
        reference.kind == "absolute" and reference.url in installed().bases and reference.type
    ):
        return ReferenceValue(reference.type, reference.id)
    if reference.kind == "absolute" and reference.type:
        return ReferenceValue(reference.type, reference.id, reference.url)
    if reference.kind in ("absolute", "urn") and reference.url:
        return _canonical(reference.url)
    return None


def names(parameter: Parameter, value: Any, kind: str) -> Iterable[tuple[None, str]]:
    """The targets of a value, for a composite."""
    target = _target(value)
    return () if target is None else ((None, text) for text in _texts(target))


def asked(parameter: Parameter, value: Value) -> Iterable[tuple[None, str]]:
    """What a composite's component asks for, see `names`."""
    found = _candidates(parameter, value) if isinstance(value, ReferenceValue) else ()
    return ((None, _asked(one)) for one in found)


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The reference in `text`; `:Patient` gives a bare id its type. InvalidQuery."""
    if modifier == logical.IDENTIFIER:
        return logical.parse(parameter, text)
    text = text.replace("\\|", "|")
    if _ID.fullmatch(text):
        return ReferenceValue(None if modifier in RELATIONS else modifier, text)
    is_canonical = bool(parameter.types & _CANONICAL) and ":" in text
    target = _canonical(text) if is_canonical else _named(parse_reference(text))
    if target is None:
        raise InvalidQuery(f"{parameter.code}: {text[:64]!r} is not a reference.")
    if is_canonical and modifier == "below":
        below = f"\x04{target.version}" if target.version else None
        return ReferenceValue(None, None, target.url, below)
    if modifier in RELATIONS:
        return _in_hierarchy(parameter, target)
    if modifier is not None and target.type not in (None, modifier):
        raise InvalidQuery(f"{parameter.code}: {text[:64]!r} is no {modifier}.")
    return target


def _in_hierarchy(parameter: Parameter, target: ReferenceValue) -> ReferenceValue:
    if target.type not in PARENTS:
        raise InvalidQuery(f"{parameter.code}: {target.type or target.url} is part of nothing.")
    return target


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the references."""
    parameter = criterion.parameter
    if criterion.modifier == logical.IDENTIFIER:
        return (logical.where(parameter, criterion.values),)
    if criterion.modifier in RELATIONS and not parameter.types & _CANONICAL:
        raise NotSupported(f"{criterion.key} was not resolved.")
    targets = _targets(criterion)
    patients = [one for one in targets if _is_patient(parameter, one)]
    encounters = [one for one in targets if parameter.storage == "enc" and one.url is None]
    others = [one for one in targets if one not in patients and one not in encounters]
    found: list[Sql] = []
    if encounters:
        found.append(Sql("i.enc = ANY (%s::bigint[])", ([_encounter(one) for one in encounters],)))
    for stored in parameter.stored:
        found += _ordinary(stored.number, others, scope)
    if not patients:
        return (either(found),)
    first, *dangling = _of_patients(parameter, [str(one.id) for one in patients], scope)
    return (either([first, *found]), *dangling)


def _targets(criterion: Filter) -> list[ReferenceValue]:
    values = [one for one in criterion.values if isinstance(one, ReferenceValue)]
    return [each for value in values for each in _candidates(criterion.parameter, value)]


def chooses(criterion: Filter) -> bool:
    """Whether every target is a record, so that few rows refer to it."""
    return not any(map(_is_token, _targets(criterion)))


def named_patients(criterion: Filter) -> tuple[str, ...]:
    """The ids when all that the criterion asks for are patients in `pat`; else none."""
    targets = _targets(criterion)
    if not targets or not all(_is_patient(criterion.parameter, one) for one in targets):
        return ()
    return tuple(str(one.id) for one in targets)


def _candidates(parameter: Parameter, value: ReferenceValue) -> Iterable[ReferenceValue]:
    """`value` with its type; an id alone can be of each type the parameter leads to."""
    if value.type is not None or value.url is not None:
        return [value]
    found = [ReferenceValue(kind, value.id) for kind in _types(parameter)]
    if parameter.types & _CANONICAL:
        found.append(ReferenceValue(None, None, value.id))
    return found


def _is_patient(parameter: Parameter, target: ReferenceValue) -> bool:
    return parameter.storage == "pat" and target.type == _PATIENT and target.url is None


def _of_patients(parameter: Parameter, ids: list[str], scope: Scope) -> Branches:
    """Rows of patients: by the patient's row, resolved in the same statement.

    A second branch for those who may store a reference to a patient that is not here.
    """
    here = every([of_patients(ids), only_named_patient(parameter)])
    if not scope.dangling:
        return (here,)
    keys = [installed().hasher.reference_key(SUBJECT, f"{_PATIENT}/{one}") for one in ids]
    return (here, every([Sql("i.pat IS NULL"), _with_key(keys)]))


def only_named_patient(parameter: Parameter) -> Sql:
    """Rows whose `pat` is the patient that `parameter` names, and not one named elsewhere."""
    if not set(leading(parameter.resource_type)) - _names_of_patient(parameter):
        return TRUE
    marker = installed().hasher.token(NO_PATIENT, None, None)
    return Sql("NOT (%s = ANY (i.tok))", (marker,))


def _names_of_patient(parameter: Parameter) -> frozenset[str]:
    """The codes that lead where `parameter` leads."""
    return frozenset({parameter.code, *MAIN_PATIENT})


def of_patients(ids: list[str]) -> Sql:
    """The compartments of patients; one patient as a scalar, so that the index keeps its order."""
    if len(ids) == 1:
        return Sql(
            "i.pat = (SELECT d.rid FROM resource_directory d WHERE d.rtype = %s AND d.id = %s)",
            (type_number(_PATIENT), ids[0]),
        )
    return Sql(
        "i.pat = ANY (ARRAY(SELECT d.rid FROM resource_directory d"
        " WHERE d.rtype = %s AND d.id = ANY (%s::text[])))",
        (type_number(_PATIENT), ids),
    )


def _ordinary(number: int, targets: list[ReferenceValue], scope: Scope) -> Iterable[Sql]:
    hasher = installed().hasher
    tokens = [hasher.reference_token(number, _asked(one)) for one in targets if _is_token(one)]
    keys = [hasher.reference_key(number, _asked(one)) for one in targets if not _is_token(one)]
    if tokens:
        yield with_tokens(tokens, scope)
    if keys:
        yield _with_key(keys)


def _asked(target: ReferenceValue) -> str:
    return list(_texts(target))[-1]


def with_tokens(tokens: list[int], scope: Scope) -> Sql:
    """Rows with any of these tokens."""
    column = "(i.tok || i.code)" if scope.bound else "i.tok"
    return Sql(f"{column} && %s::bigint[]", (tokens,))


def _with_key(keys: list[int]) -> Sql:
    return Sql(
        "EXISTS (SELECT FROM index_key k WHERE k.bucket = i.bucket AND k.rid = i.rid"
        " AND k.ward = i.ward AND k.v = ANY (%s::bigint[]))",
        (keys,),
    )
