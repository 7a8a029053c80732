"""Merge Patch: the cases of RFC 7396, in our words."""

import pytest

from ehr.errors import Invalid
from ehr.fhir.patch.merge_patch import apply
from ehr.fhir.resource import dump, parse

CASES = [
    ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"b"}', '{"b":1.50}', '{"a":"b","b":1.50}'),
    ('{"a":"b","b":1.50}', '{"a":null}', '{"b":1.50}'),
    ('{"a":"b"}', '{"x":null}', '{"a":"b"}'),
    ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":[1,2]}', '{"a":[3]}', '{"a":[3]}'),
    ('{"a":{"b":"c","d":"e"}}', '{"a":{"b":"x","d":null}}', '{"a":{"b":"x"}}'),
    ('{"a":"b"}', '{"a":{"b":{"c":null,"d":1}}}', '{"a":{"b":{"d":1}}}'),
    ('{"a":[{"b":1}]}', '{"a":{"b":2}}', '{"a":{"b":2}}'),
    ('{"a":1}', "{}", '{"a":1}'),
]


@pytest.mark.proves("interactions/merge-patch")
@pytest.mark.parametrize(("old", "document", "new"), CASES)
def test_members_change_and_go(old: str, document: str, new: str) -> None:
    resource = parse(old.encode())
    assert dump(apply(resource, parse(document.encode()))).decode() == new
    assert dump(resource).decode() == old


def test_it_is_an_object() -> None:
    for document in ([], None, "x", 1):
        with pytest.raises(Invalid):
            apply({"resourceType": "X"}, document)
