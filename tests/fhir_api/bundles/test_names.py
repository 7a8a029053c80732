"""What entries of a transaction are called, wherever their resources say it."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Api

from ehr.fhir.resource import Resource

WHO = "urn:uuid:3f1b1a1e-0000-4000-8000-000000000001"


def entry(url: str, resource: Resource, full_url: str | None = None) -> dict[str, Any]:
    named = {"fullUrl": full_url} if full_url else {}
    return {**named, "resource": resource, "request": {"method": "POST", "url": url}}


@pytest.mark.proves("interactions/urn-uuid")
async def test_uris_canonicals_and_narrative_follow_too(api: Api) -> None:
    other = "urn:uuid:3f1b1a1e-0000-4000-8000-0000000000aa"
    person = records.patient() | {
        "text": {
            "status": "additional",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><a href="{other}">a</a>'
            f'<img src="{other}" alt="b"/></div>',
        },
        "extension": [
            {"url": "http://example.org/uri", "valueUri": other},
            {"url": "http://example.org/canonical", "valueCanonical": f"{other}|2"},
            {"url": "http://example.org/said", "valueString": other},
            {"url": "http://example.org/ref", "valueReference": {"reference": WHO}},
        ],
    }
    entries = [
        entry("Patient", person),
        entry("Patient", records.patient(), WHO),
        entry("Binary", {"resourceType": "Binary", "contentType": "image/png"}, other),
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    reply = await api.post("", bundle)
    assert reply.status == 200, reply.body
    stored, who, now = (
        one["response"]["location"].partition("/_history")[0] for one in reply.entries
    )
    found = (await api.get(stored)).json
    assert f'<a href="{now}">' in found["text"]["div"]
    assert f'<img src="{now}"' in found["text"]["div"]
    values = [one.popitem()[1] for one in found["extension"]]
    assert values == [now, f"{now}|2", other, {"reference": who}]
