"""The functions of FHIRPath that R4's own expressions call (http://hl7.org/fhirpath/N1/#functions-2).

`SELECTS` give nodes, `TESTS` a boolean.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ehr.fhir.fhirpath.compiler import (
    Environment,
    Select,
    Test,
    is_type,
    known_type,
    select,
    test,
)
from ehr.fhir.fhirpath.nodes import Nodes, children, descendants, every_child, is_a
from ehr.fhir.fhirpath.operators import distinct, key, keys
from ehr.fhir.fhirpath.resolving import resolved
from ehr.fhir.fhirpath.syntax import Call, Literal, Member, This, Tree, Unsupported

_LONGEST_TEXT = 10_000
"""Of longer text it is not said whether it matches a regular expression of somebody's making."""


def _argument(call: Call, position: int = 0) -> Tree:
    if len(call.arguments) <= position:
        raise Unsupported(f"{call.name}() needs another argument")
    return call.arguments[position]


def _type_argument(call: Call) -> str:
    argument = _argument(call)
    if isinstance(argument, Member):
        return known_type(argument.name)
    raise Unsupported(f"{call.name}() takes a type")


def _exists(call: Call) -> Test:
    nodes = _where(call) if call.arguments else select(call.of)
    return lambda env, this: bool(nodes(env, this))


def _empty(call: Call) -> Test:
    nodes = select(call.of)
    return lambda env, this: not nodes(env, this)


def _not(call: Call) -> Test:
    asked = test(call.of)

    def holds(env: Environment, this: Nodes) -> bool | None:
        found = asked(env, this)
        return None if found is None else not found

    return holds


def _all(call: Call) -> Test:
    nodes, criterion = select(call.of), test(_argument(call))
    return lambda env, this: all(criterion(env, [node]) for node in nodes(env, this))


def _has_value(call: Call) -> Test:
    nodes = select(call.of)

    def holds(env: Environment, this: Nodes) -> bool:
        found = nodes(env, this)
        return len(found) == 1 and found[0][0] is not None and type(found[0][0]) is not dict

    return holds


def _text_test(holds_for: Callable[[str, str], bool | None]) -> Callable[[Call], Test]:
    def build(call: Call) -> Test:
        nodes, argument = select(call.of), select(_argument(call))

        def holds(env: Environment, this: Nodes) -> bool | None:
            found, wanted = nodes(env, this), argument(env, this)
            if not found or not wanted or type(found[0][0]) is not str:
                return None
            return holds_for(found[0][0], str(wanted[0][0]))

        return holds

    return build


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as fault:
        raise Unsupported(f"not a regular expression: {text!r}") from fault


def _matches(text: str, pattern: str) -> bool | None:
    return _pattern(pattern).search(text) is not None if len(text) <= _LONGEST_TEXT else None


def _is_distinct(call: Call) -> Test:
    nodes = select(call.of)

    def holds(env: Environment, this: Nodes) -> bool:
        found = nodes(env, this)
        return len(list(distinct(found))) == len(found)

    return holds


def _has_extension(call: Call) -> Test:
    nodes = _extension(call)
    return lambda env, this: bool(nodes(env, this))


TESTS: dict[str, Callable[[Call], Test]] = {
    "exists": _exists,
    "empty": _empty,
    "not": _not,
    "all": _all,
    "hasValue": _has_value,
    "contains": _text_test(lambda text, part: part in text),
    "startsWith": _text_test(lambda text, start: text.startswith(start)),
    "endsWith": _text_test(lambda text, end: text.endswith(end)),
    "matches": _text_test(_matches),
    "isDistinct": _is_distinct,
    "hasExtension": _has_extension,
    "is": lambda call: is_type(select(call.of), _type_argument(call)),
}


def _where(call: Call) -> Select:
    nodes, criterion = select(call.of), test(_argument(call))
    return lambda env, this: [node for node in nodes(env, this) if criterion(env, [node])]


def _select(call: Call) -> Select:
    nodes, projection = select(call.of), select(_argument(call))
    return lambda env, this: [
        found for node in nodes(env, this) for found in projection(env, [node])
    ]


def _of_type(call: Call) -> Select:
    nodes, name = select(call.of), _type_argument(call)
    return lambda env, this: [node for node in nodes(env, this) if is_a(node[1], name)]


def _sliced(part: slice) -> Callable[[Call], Select]:
    def build(call: Call) -> Select:
        nodes = select(call.of)
        return lambda env, this: nodes(env, this)[part]

    return build


def _count(call: Call) -> Select:
    nodes = select(call.of)
    return lambda env, this: [(len(nodes(env, this)), "integer", None)]


def _mapped(change: Callable[[Nodes], Nodes]) -> Callable[[Call], Select]:
    def build(call: Call) -> Select:
        nodes = select(call.of)
        return lambda env, this: change(nodes(env, this))

    return build


def _combined(keep: Callable[[Nodes, Nodes], Nodes]) -> Callable[[Call], Select]:
    def build(call: Call) -> Select:
        nodes, others = select(call.of), select(_argument(call))
        return lambda env, this: keep(nodes(env, this), others(env, this))

    return build


def _intersection(call: Call) -> Select:
    nodes, others = select(call.of), keys(_argument(call))

    def shared(env: Environment, this: Nodes) -> Nodes:
        wanted = others(env, this)
        return [node for node in distinct(nodes(env, this)) if key(node[0]) in wanted]

    return shared


def _extension(call: Call) -> Select:
    nodes, url = select(call.of), _argument(call)
    if not isinstance(url, Literal):
        raise Unsupported("extension() takes the URL itself")
    wanted = url.value
    return lambda env, this: [
        node for node in children(nodes(env, this), "extension") if node[0].get("url") == wanted
    ]


def _iif(call: Call) -> Select:
    nodes = select(call.of)
    criterion, then = test(_argument(call)), select(_argument(call, 1))
    other = select(call.arguments[2]) if len(call.arguments) > 2 else None
    whole = isinstance(call.of, This)

    def chosen(env: Environment, this: Nodes) -> Nodes:
        focus = this if whole else nodes(env, this)
        if criterion(env, focus):
            return then(env, focus)
        return other(env, focus) if other else []

    return chosen


def _substring(call: Call) -> Select:
    nodes, start = select(call.of), _argument(call)
    if not isinstance(start, Literal) or not isinstance(start.value, int) or call.arguments[1:]:
        raise Unsupported("substring() takes one number")
    begin = start.value
    return lambda env, this: [(str(node[0])[begin:], "string", None) for node in nodes(env, this)]


def _replace_matches(call: Call) -> Select:
    nodes = select(call.of)
    pattern, new = _argument(call), _argument(call, 1)
    if not isinstance(pattern, Literal) or not isinstance(new, Literal):
        raise Unsupported("replaceMatches() takes two texts")
    found, text = _pattern(str(pattern.value)), str(new.value)
    return lambda env, this: [
        (found.sub(text, str(node[0])[:_LONGEST_TEXT]), "string", None) for node in nodes(env, this)
    ]


def _to_integer(nodes: Nodes) -> Nodes:
    if nodes and re.fullmatch(r"[+-]?\d{1,18}", str(nodes[0][0]), re.ASCII):
        return [(int(str(nodes[0][0])), "integer", None)]
    return []


def _to_string(nodes: Nodes) -> Nodes:
    return [(getattr(node[0], "literal", str(node[0])), "string", None) for node in nodes]


def _of_text(change: Callable[[str], object], kind: str) -> Callable[[Nodes], Nodes]:
    def changed(nodes: Nodes) -> Nodes:
        return [(change(node[0]), kind, None) for node in nodes if type(node[0]) is str]

    return changed


def _part(cut: Callable[[int], slice]) -> Callable[[Call], Select]:
    """skip(n) and take(n)."""

    def build(call: Call) -> Select:
        nodes, number = select(call.of), _argument(call)
        if not isinstance(number, Literal) or type(number.value) is not int:
            raise Unsupported(f"{call.name}() takes a number")
        part = cut(max(number.value, 0))
        return lambda env, this: nodes(env, this)[part]

    return build


def _resolve(call: Call) -> Select:
    nodes = select(call.of)
    return lambda env, this: [
        found for node in nodes(env, this) if (found := resolved(env, node)) is not None
    ]


SELECTS: dict[str, Callable[[Call], Select]] = {
    "where": _where,
    "select": _select,
    "as": _of_type,
    "ofType": _of_type,
    "first": _sliced(slice(0, 1)),
    "last": _sliced(slice(-1, None)),
    "tail": _sliced(slice(1, None)),
    "count": _count,
    "children": _mapped(lambda nodes: [child for node in nodes for child in every_child(node)]),
    "descendants": _mapped(lambda nodes: list(descendants(nodes))),
    "distinct": _mapped(lambda nodes: list(distinct(nodes))),
    "combine": _combined(lambda nodes, others: nodes + others),
    "union": _combined(lambda nodes, others: list(distinct(nodes + others))),
    "intersect": _intersection,
    "extension": _extension,
    "iif": _iif,
    "substring": _substring,
    "replaceMatches": _replace_matches,
    "skip": _part(lambda number: slice(number, None)),
    "take": _part(lambda number: slice(0, number)),
    "length": _mapped(_of_text(len, "integer")),
    "lower": _mapped(_of_text(str.lower, "string")),
    "upper": _mapped(_of_text(str.upper, "string")),
    "toInteger": _mapped(_to_integer),
    "toString": _mapped(_to_string),
    "trace": lambda call: select(call.of),
    "resolve": _resolve,
}
