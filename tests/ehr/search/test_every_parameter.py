"""All parameters of R4 on all official examples: what is indexed is what fhirpathpy finds.

http://hl7.org/fhir/R4/searchparameter-registry.html. Two hands wrote the two readings of an
expression; where they agree on a thousand resources, the expression is understood.
"""

import json
import re
import tarfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ehr.fhir.definitions import resource_types, search_parameter_definitions
from ehr.fhir.fhirpath.fallback import compile_with_fhirpathpy
from ehr.fhir.path import Getter, Node, compile_path
from ehr.fhir.resource import Resource, parse
from ehr.search.extract import _getter
from ehr.search.parameter import Parameter
from ehr.search.registry import parameters

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "r4_examples.tar.xz"
LARGEST = 40_000
"""Bytes of an example; the few above are long lists of the same."""
DEFINITIONS = {one.url: one for one in search_parameter_definitions()}


def examples() -> list[Resource]:
    with tarfile.open(ARCHIVE) as archive:
        opened = [archive.extractfile(member) for member in archive if member.size < LARGEST]
        return [parse(file.read()) for file in opened if file is not None]


def spelled(expression: str, kind: str) -> str:
    """fhirpathpy knows no abstract types, and refuses `as` where R4 uses it on several items."""
    text = re.sub(r"\b(?:Domain)?Resource\.", f"{kind}.", expression)
    text = re.sub(r"\.as\((?!DateTime)", ".ofType(", text)
    return re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", text)


@cache
def reference(expression: str, kind: str) -> Getter:
    return compile_with_fhirpathpy(spelled(expression, kind), kind)


def content(nodes: list[Node]) -> Counter[str]:
    """The values; a union may hold one twice."""
    return Counter({json.dumps(node[0], default=str, sort_keys=True): 1 for node in nodes})


def official(parameter: Parameter) -> str:
    definition = DEFINITIONS[parameter.definition or ""]
    return definition.expression or ""


def test_there_are_as_many_parameters_as_r4_has() -> None:
    defined = [one for kind in resource_types() for one in parameters(kind).values()]
    own = {(one.resource_type, one.code) for one in defined if one.definition is not None}
    asked = {
        (kind, one.code)
        for one in search_parameter_definitions()
        for base in one.base
        for kind in (resource_types() if base in ("Resource", "DomainResource") else (base,))
    }
    assert own == asked
    assert len(DEFINITIONS) == 1376


@pytest.mark.slow
@pytest.mark.proves("search/every-parameter")
def test_what_is_indexed_is_what_fhirpathpy_finds() -> None:
    met: Counter[tuple[str, str]] = Counter()
    for resource in examples():
        kind = resource["resourceType"]
        for code, parameter in parameters(kind).items():
            if not parameter.expression or parameter.definition is None:
                continue
            if parameter.places:
                for found, others in _of_places(parameter, resource):
                    assert found == others, (kind, resource["id"], code)
                continue
            found = content(_getter(parameter)(resource))
            others = content(reference(official(parameter), kind)(resource))
            met[kind, code] += bool(others)
            assert found == others, (kind, resource["id"], code)
    assert sum(1 for times in met.values() if times) > 900


def _of_places(parameter: Parameter, resource: Resource) -> list[tuple[Any, Any]]:
    """What both find of a composite: its elements, and in each its components."""
    kind = resource["resourceType"]
    pairs = []
    for place in parameter.places:
        elements = compile_path(place.path, kind)(resource)
        pairs.append((content(elements), content(reference(place.path, kind)(resource))))
        for one in place.components:
            if place.single or one.of_resource:
                continue
            parts = [f"{place.path}.{part.strip()}" for part in one.expression.split("|")]
            found = [
                node
                for element, element_kind in elements
                for node in compile_path(one.expression, element_kind)(element)
            ]
            pairs.append((content(found), content(reference(" | ".join(parts), kind)(resource))))
    return pairs
