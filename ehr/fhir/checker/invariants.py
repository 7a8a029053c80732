"""The invariants of the definitions, evaluated when the structure is sound.

An invariant that evaluates to false is broken; one that comes out empty (dates of unlike
precision, say) has not been shown to be. `%resource` is the nearest resource, `%rootResource`
the outermost (http://hl7.org/fhir/R4/fhirpath.html#variables).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ehr.fhir.checker.shapes import Asked, Fault
from ehr.fhir.fhirpath.compiler import Environment, compile_test
from ehr.fhir.fhirpath.nodes import resource_node, steps


def broken(asked: Iterable[Asked]) -> Iterator[tuple[Asked, str, str]]:
    """(where, key, sentence) of each invariant that does not hold."""
    environments: dict[int, Environment] = {}
    for one in asked:
        env = environments.get(id(one.state))
        if env is None:
            env = Environment(
                resource_node(one.state.resource), resource_node(one.state.root), one.node
            )
            environments[id(one.state)] = env
        env.context = one.node
        nodes = [one.node]
        for key, sentence, expression in one.rules:
            if compile_test(expression)(env, nodes) is False:
                yield one, key, sentence


def faults(resource: dict[str, Any], asked: Iterable[Asked]) -> list[Fault]:
    """The broken invariants of a resource as faults, each with its path."""
    found: list[Fault] = []
    paths: dict[int, str] = {}
    for one, key, sentence in broken(asked):
        paths = paths or dict(_paths(resource, str(resource["resourceType"]), ""))
        place = paths.get(id(one.holder), "") + one.below
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
            for key, child, primitive in alternatives:
                place, below = (f"_{key}", "Element") if primitive else (key, child)
                if place in value:
                    yield from _paths(value[place], below, f"{path}.{name}")
