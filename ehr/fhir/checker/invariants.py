"""The invariants of the definitions, evaluated when the structure is sound.

An invariant that evaluates to false is broken; one that comes out empty (dates of unlike
precision, say) has not been shown to be. `%resource` is the nearest resource, `%rootResource`
the outermost (http://hl7.org/fhir/R4/fhirpath.html#variables).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ehr.fhir.checker.shapes import Asked, Fault
from ehr.fhir.fhirpath.compiler import Environment
from ehr.fhir.fhirpath.nodes import resource_node, steps


def _broken(asked: Iterable[Asked]) -> Iterator[tuple[dict[str, Any], str, str, str]]:
    """(object, path from there, key, sentence) of each invariant that does not hold."""
    environments: dict[int, Environment] = {}
    for rules, node, holder, below, state in asked:
        env = environments.get(id(state))
        if env is None:
            env = Environment(resource_node(state.resource), resource_node(state.root), node)
            environments[id(state)] = env
        env.context = node
        nodes = [node]
        for key, sentence, holds in rules:
            if holds(env, nodes) is False:
                yield holder, below, key, sentence


def faults(resource: dict[str, Any], asked: Iterable[Asked]) -> list[Fault]:
    """The broken invariants of a resource as faults, each with its path."""
    found: list[Fault] = []
    paths: dict[int, str] = {}
    for holder, below, key, sentence in _broken(asked):
        paths = paths or dict(_paths(resource, str(resource["resourceType"]), ""))
        place = paths.get(id(holder), "") + below
        found.append((place, "invariant", f"breaks {key}: {sentence.rstrip('.')}"))
    return found


def _paths(value: Any, kind: str, path: str) -> Iterator[tuple[int, str]]:
    """(identity, path) of every object in a sound resource."""
    if type(value) is list:
        for index, item in enumerate(value):
            yield from _paths(item, kind, f"{path}[{index}]")
    elif type(value) is dict:
        yield id(value), path
        actual = str(value.get("resourceType")) if kind == "Resource" else kind
        for name, alternatives in steps(actual).items():
            for key, child, beside in alternatives:
                place, below = (key, child) if beside is None else (beside, "Element")
                if place in value:
                    yield from _paths(value[place], below, f"{path}.{name}")
