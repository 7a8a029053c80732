"""The server sets id and meta, and nothing else."""

from datetime import UTC, datetime

from ehr.fhir.resource import dump, parse
from ehr.ingest.stamp import stamped

AT = datetime(2026, 11, 5, 1, 2, 3, 45000, UTC)


def stamp(text: str) -> str:
    return dump(stamped(parse(text.encode()), "x", 2, AT, [])).decode()


def test_id_and_meta_come_after_the_type() -> None:
    assert stamp('{"resourceType":"Basic","code":{"text":"a"}}') == (
        '{"resourceType":"Basic","id":"x","meta":{"versionId":"2",'
        '"lastUpdated":"2026-11-05T01:02:03.045Z"},"code":{"text":"a"}}'
    )


def test_what_came_keeps_its_order_and_its_numbers() -> None:
    sent = (
        '{"resourceType":"Observation","id":"old","meta":{"profile":["http://a"],"versionId":"9"},'
        '"valueQuantity":{"value":1.10},"status":"final"}'
    )
    assert stamp(sent) == (
        '{"resourceType":"Observation","id":"x","meta":{"profile":["http://a"],"versionId":"2",'
        '"lastUpdated":"2026-11-05T01:02:03.045Z"},"valueQuantity":{"value":1.10},'
        '"status":"final"}'
    )
