"""A record that is not the caller's and one that never was are told apart by no way of asking.

Each question is asked twice: with the ids of what there is, and with ids that nobody gave out.
Status, headers and text must be the same but for the id that was asked for.
"""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fixtures.attacking import CITY, FHIR_JSON, HOSPITAL, SYSTEM, W1, W2, Attack
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]

ADMIN = "admin.00145"
PATCH = "application/json-patch+json"
READS = (
    "Patient/{p}", "Patient/{p}/_history", "Patient/{p}/_history/1", "Patient/{p}/_history/2",
    "Patient/{p}/_history?_since=2020", "Patient/{p}/_history?_at=2026", "Patient/{p}/$everything",
    "Patient/{p}/$meta", "Patient/{p}/$validate", "Patient/{p}/Observation", "Patient/{p}/*",
    "Patient/{p}/*?_type=Observation", "Patient/{p}/*?_summary=count", "Patient?_id={p}",
    "Patient?_id={p}&_summary=count", "Patient?_filter=_id eq {p}", "Patient?_id={own},{p}",
    "Patient?_filter=not (_id eq {p}) and _id eq {own}", "Patient?_id:not={p}&_id={own}",
    "Observation?patient={p}", "Observation?subject=Patient/{p}&_summary=count",
    "Observation?patient:Patient={p}&_include=Observation:subject", "Observation?patient._id={p}",
    "?_type=Patient,Observation&_id={p}", "Patient?_has:Observation:patient:status=final&_id={p}",
    "Patient?_revinclude=Observation:patient&_id={p}", "Observation?patient._id={own}&_id={o}",
    "Patient/$diff?from=Patient/{p}/_history/1&to=Patient/{p}/_history/2", "Patient/{p}/$diff",
    "$diff?from=Patient/{own}&to=Patient/{p}", "Observation/$lastn?patient={p}",
    "Observation/$stats?subject={p}&code=8480-6&system=http://loinc.org&statistic=count",
    "Observation/{o}", "Observation/{o}/_history", "Observation?_id={o}", "Encounter/{e}",
    "Encounter/{e}/*", "Encounter/{e}/Observation", "Encounter/{e}/$everything",
    "Observation?encounter={e}", "Patient?_list={p}", "List?item=Patient/{p}",
    "Provenance?target=Patient/{p}", "Observation?_filter=patient eq Patient/{p}",
    "Patient/{own}/*?_has:Observation:has-member:_id={o}", "Patient?link=Patient/{p}",
)  # fmt: skip
NEW = {"resourceType": "Patient", "id": "{p}", "name": [{"text": "x"}]}
SEEN = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
OWN = SEEN | {"subject": {"reference": "Patient/{own}"}}
OF_IT = SEEN | {"subject": {"reference": "Patient/{p}"}}
ADD = [{"op": "add", "path": "/active", "value": True}]


def parameters(**given: Any) -> dict[str, Any]:
    told = [{"name": name.replace("_", "-"), **value} for name, value in given.items()]
    return {"resourceType": "Parameters", "parameter": told}


def named(id: str) -> dict[str, Any]:
    return {"valueReference": {"reference": f"Patient/{id}"}}


BOTH = ({"source_patient": named("{p}"), "target_patient": named("{own}")},
        {"source_patient": named("{own}"), "target_patient": named("{p}")})  # fmt: skip
WRITES: tuple[tuple[str, str, Any], ...] = (
    ("DELETE", "Patient/{p}", None),
    ("DELETE", "Observation/{o}", None),
    ("DELETE", "Patient?_id={p}", None),
    ("DELETE", "Observation?patient={p}", None),
    ("PATCH", "Patient/{p}", ADD),
    ("PATCH", "Patient/{p}", [{"op": "test", "path": "/nothing", "value": 1}]),
    ("PATCH", "Patient?_id={p}", ADD),
    ("POST", "Observation", OF_IT),
    ("POST", "Observation", OWN | {"encounter": {"reference": "Encounter/{e}"}}),
    ("POST", "Observation", OWN | {"hasMember": [{"reference": "Observation/{o}"}]}),
    ("POST", "Observation", OWN | {"performer": [{"reference": "Patient/{p}"}]}),
    ("POST", "Observation", OWN | {"subject": {"reference": "Patient?_id={p}"}}),
    ("POST", "Patient", {"resourceType": "Patient", "link": [
        {"type": "seealso", "other": {"reference": "Patient/{p}"}}]}),
    ("POST", "Patient/{p}/$meta-add", parameters(meta={"valueMeta": {"tag": [{"code": "x"}]}})),
    ("POST", "Patient/{p}/$meta-delete", parameters(meta={"valueMeta": {"tag": [{"code": "x"}]}})),
    ("POST", "Patient/{p}/$validate", parameters(mode={"valueCode": "delete"})),
    ("POST", "Patient/$match", parameters(resource={"resource": NEW})),
    *(("POST", "Patient/$merge", parameters(**one)) for one in BOTH),
    *(("POST", "Patient/$merge", parameters(**one, preview={"valueBoolean": True}))
      for one in BOTH),
    ("POST", "Patient/$merge-undo", parameters(**BOTH[0])),
    *(("POST", f"{kind}/$validate",
       parameters(resource={"resource": one}, mode={"valueCode": mode}))
      for kind, one in (("Patient", NEW), ("Observation", OF_IT))
      for mode in ("create", "update", "delete")),
)  # fmt: skip
CONDITIONS: tuple[tuple[str, str, Any, dict[str, str]], ...] = (
    *(("GET", "Patient/{p}", None, one) for one in (
        {"If-None-Match": 'W/"1"'}, {"If-None-Match": "*"}, {"If-Match": 'W/"1"'},
        {"If-Modified-Since": "Fri, 31 Dec 2100 23:59:59 GMT"})),
    *((method, path, body, {"If-Match": tag})
      for tag in ('W/"1"', 'W/"99"', "*")
      for method, path, body in (
          ("PUT", "Patient/{p}", NEW), ("PUT", "Observation/{o}", OWN | {"id": "{o}"}),
          ("DELETE", "Patient/{p}", None), ("PATCH", "Patient/{p}", ADD))),
)  # fmt: skip
ENTRIES: tuple[tuple[str, str, Any, dict[str, str]], ...] = (
    *(("GET", path, None, {}) for path in READS if path.startswith("Patient/{p}")),
    ("GET", "Patient/{p}", None, {"ifNoneMatch": 'W/"1"'}),
    ("DELETE", "Patient/{p}", None, {"ifMatch": 'W/"9"'}),
    ("PUT", "Patient/{p}", NEW, {"ifMatch": 'W/"9"'}),
    ("POST", "Observation", OF_IT, {}),
)
FAILS = {"request": {"method": "DELETE", "url": f"Observation/{uuid.UUID(int=9)}"}}
"""Makes a transaction fail, so that it asks without leaving anything."""


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, client: httpx.Client, ids: dict[str, str]) -> tuple[int, dict[str, str], str]:
        path, body = self.path, json.dumps(self.body) if self.body is not None else None
        for name, id in ids.items():
            path = path.replace(f"{{{name}}}", id)
            body = body and body.replace(f"{{{name}}}", id)
        kind = PATCH if self.method == "PATCH" else FHIR_JSON
        head = dict(self.headers) | ({} if body is None else {"Content-Type": kind})
        reply = client.request(self.method, f"/{path}", content=body, headers=head)
        assert reply.status_code < 500
        return reply.status_code, _headers(reply), _text(reply.text, ids)


def _headers(reply: httpx.Response) -> dict[str, str]:
    own = {"date", "x-request-id", "content-length", "location", "last-modified"}
    return {name: value for name, value in reply.headers.items() if name not in own}


def _text(text: str, ids: dict[str, str]) -> str:
    """The text without the ids asked for, those newly given out, and the times."""
    for id in ids.values():
        text = text.replace(id, "ID")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "NEW", text)
    return re.sub(r"20\d\d-\d\d-\d\dT[0-9:.]+(Z|\+\d\d:\d\d)", "NOW", text)


def questions() -> list[Asked]:
    found = [Asked("GET", path) for path in READS] + [Asked("HEAD", "Patient/{p}")]
    found += [Asked(*one) for one in WRITES]
    found += [Asked(*one[:3], tuple(one[3].items())) for one in CONDITIONS]
    for kind in ("batch", "transaction"):
        for method, url, resource, more in ENTRIES:
            entry = {"request": {"method": method, "url": url, **more}}
            entry |= {} if resource is None else {"resource": resource}
            bundle = {"resourceType": "Bundle", "type": kind, "entry": [entry, FAILS]}
            found.append(Asked("POST", "", bundle))
    return found


def told_apart(client: httpx.Client, ids: dict[str, str], own: str) -> list[Asked]:
    """The questions whose answers say whether there is something."""
    nothing = {name: str(uuid.uuid4()) for name in ids}
    return [
        one
        for one in questions()
        if one.send(client, ids | {"own": own}) != one.send(client, nothing | {"own": own})
    ]


def kept(attack: Attack, who: str, id: str, meta: dict[str, Any]) -> dict[str, str]:
    """A visit and a finding of a Patient, in two versions."""
    visit = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
    subject = {"reference": f"Patient/{id}"}
    encounter = attack.new(who, visit | meta | {"subject": subject})
    finding = observation(id) | meta | {"encounter": {"reference": f"Encounter/{encounter}"}}
    one = attack.new(who, finding)
    changed = finding | {"id": one, "status": "amended"}
    assert attack(who).put(f"/Observation/{one}", json=changed).status_code == 200
    return {"o": one, "e": encounter}


@pytest.mark.parametrize("who", ["nobody", W2, ADMIN, CITY, HOSPITAL])
def test_another_wards_record_is_as_if_not_there(attack: Attack, who: str) -> None:
    there = {"p": attack.p1} | kept(attack, W1, attack.p1, {})
    own = attack.new(W2, patient())
    assert told_apart(attack(who), there, own) == []


@pytest.mark.parametrize("who", [W2, ADMIN])
def test_a_record_hidden_by_its_label_is_as_if_not_there(attack: Attack, who: str) -> None:
    system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    meta = {"meta": {"security": [{"system": system, "code": "V"}]}}
    here = {"managingOrganization": {"reference": "Organization/ward-00145"}}
    hidden = attack.new(SYSTEM, patient() | meta | here)
    assert attack(W2).get(f"/Patient/{hidden}").status_code == 404
    there = {"p": hidden} | kept(attack, SYSTEM, hidden, meta)
    own = attack.new(W2, patient())
    assert told_apart(attack(who), there, own) == []


def test_those_who_may_see_are_told(attack: Attack) -> None:
    """So the questions do ask: of a record of one's own hardly one is answered alike."""
    there, own = attack.new(W1, patient()), attack.new(W1, patient())
    told = told_apart(attack(W1), {"p": there} | kept(attack, W1, there, {}), own)
    assert len(told) > len(questions()) / 2
