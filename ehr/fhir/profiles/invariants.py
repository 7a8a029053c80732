"""The FHIRPath of a profile, compiled where its cost is bounded.

It runs in the event loop, where nothing can stop it. So what our compiler does not know is not
judged, nor a regular expression that could backtrack without end, nor a walk over all below each
of all below, nor a question about the whole resource for each of each
(docs/decisions/fhir-profiles.md).
"""

import re
from collections.abc import Iterator
from re import _parser as patterns  # type: ignore[attr-defined] # the one reader of patterns
from typing import Any

from ehr.fhir.fhirpath import syntax
from ehr.fhir.fhirpath.bounded import parts, walk
from ehr.fhir.fhirpath.compiler import Test, test
from ehr.fhir.fhirpath.syntax import NotFhirpath, Tree, Unsupported

_LONGEST = 4000
_MOST_STEPS = 300
_HEAVIEST = 8
"""Of one pattern: two unbounded repetitions, which cost the length squared, or 256 ways."""
_UNBOUNDED = 4
_REPETITIONS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_WALKS = frozenset({"descendants", "repeat"})
_OF_EACH = frozenset({"where", "all", "exists", "select"})
"""Functions whose argument is asked of each item."""
_WHOLE = frozenset({"resource", "rootResource", "context"})
"""Variables from which an item leads to all others."""


def compiled(expression: str) -> Test | None:
    """The test, None for one that is not judged here."""
    try:
        if len(expression) > _LONGEST:
            return None
        tree = syntax.parse(expression)
        is_bounded = _is_bounded(list(walk(tree))) and _depth(tree) <= 1
        return test(tree) if is_bounded else None
    except (NotFhirpath, Unsupported, RecursionError, ValueError):
        return None


def _is_bounded(trees: list[Tree]) -> bool:
    calls = [one for one in trees if isinstance(one, syntax.Call)]
    if len(trees) > _MOST_STEPS or sum(call.name in _WALKS for call in calls) > 1:
        return False
    if any(call.name == "select" and _multiplies(call) for call in calls):
        return False
    return all(call.name not in {"matches", "replaceMatches"} or _is_linear(call) for call in calls)


def _multiplies(call: syntax.Call) -> bool:
    """Whether each item could give many that do not lie below it."""
    return any(
        (isinstance(part, syntax.Variable) and part.name in _WHOLE)
        or (isinstance(part, syntax.Call) and part.name == "combine")
        for argument in call.arguments
        for part in walk(argument)
    )


def _depth(tree: Tree) -> int:
    """Of how many items inside each other the whole resource is asked for at most."""
    if isinstance(tree, syntax.Call) and tree.name in _OF_EACH:
        inner = max((_depth(one) for one in tree.arguments), default=0)
        asks = any(map(_asks_for_whole, tree.arguments))
        return max(_depth(tree.of), inner + asks)
    return max(map(_depth, parts(tree)), default=0)


def _asks_for_whole(tree: Tree) -> bool:
    return any(isinstance(one, syntax.Variable) and one.name in _WHOLE for one in walk(tree))


def _is_linear(call: syntax.Call) -> bool:
    pattern = call.arguments[0] if call.arguments else None
    if not isinstance(pattern, syntax.Literal) or not isinstance(pattern.value, str):
        return False
    try:
        return _weight(patterns.parse(pattern.value), inside=False) <= _HEAVIEST
    except (re.error, RecursionError, OverflowError):
        return False


_ENDLESS = 1_000


def _weight(parsed: Any, *, inside: bool) -> int:
    """What going back may cost: the ways in which each part can be read, as a power of two.

    Endless where what repeats can itself be read in several ways.
    """
    found = 0
    for operation, value in parsed:
        name = str(operation)
        if name == "GROUPREF" or (name == "BRANCH" and inside):
            return _ENDLESS
        if name in _REPETITIONS:
            low, high, body = value
            if inside and low != high:
                return _ENDLESS
            found += min((high - low).bit_length(), _UNBOUNDED)
            found += _weight(body, inside=inside or high > 1)
        else:
            branches = len(value[1]) if name == "BRANCH" else 1
            found += min((branches - 1).bit_length(), _UNBOUNDED)
            found += sum(_weight(part, inside=inside) for part in _inner(value))
    return found


def _inner(value: Any) -> Iterator[Any]:
    """The patterns inside a group, an assertion or the branches of a choice."""
    for part in value if isinstance(value, (tuple, list)) else ():
        if isinstance(part, patterns.SubPattern):
            yield part
        elif isinstance(part, list):
            yield from (one for one in part if isinstance(one, patterns.SubPattern))
