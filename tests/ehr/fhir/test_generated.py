"""Resources made at random: valid ones are taken, and one thing wrong is refused at its place."""

import pytest
from fixtures.generated import drawn, resources, smallest
from fixtures.mutated import WAYS, Mutation, several

from ehr.fhir import definitions
from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check

TYPES = definitions.resource_types()
EACH = 5
"""Resources of a type, each spoilt in four ways."""


def test_the_smallest_of_each_type_is_taken() -> None:
    assert {kind: check(smallest(kind)) for kind in TYPES} == {kind: [] for kind in TYPES}


@pytest.mark.proves("validation/mutations")
@pytest.mark.parametrize("kind", TYPES)
def test_valid_ones_are_taken_and_one_thing_wrong_is_refused_at_its_place(kind: str) -> None:
    for resource, mutations in drawn(several(resources((kind,)), 4), EACH):
        assert check(resource) == [], dump(resource)
        assert dump(parse(dump(resource))) == dump(resource)
        for mutation in mutations:
            require_refused(resource, mutation)


def require_refused(resource: Resource, mutation: Mutation) -> None:
    """The place is told with a code that fits, and nothing elsewhere."""
    issues = check(mutation.resource)
    told = [f"{issue.code} {issue.expression}" for issue in issues]
    said = (mutation.way, mutation.expression, told, dump(resource))
    assert any(
        issue.expression == mutation.expression and issue.code in mutation.codes for issue in issues
    ), said
    assert all(str(issue.expression).startswith(mutation.around) for issue in issues), said


def test_every_way_is_gone() -> None:
    """Nothing is proven by ways that fit nowhere."""
    kinds = ("Appointment", "Composition", "Linkage", "Patient")
    gone = {
        mutation.way
        for _, mutations in drawn(several(resources(kinds), 8), 80)
        for mutation in mutations
    }
    assert gone == set(WAYS)
