// A tour with SMART's JavaScript client: https://github.com/smart-on-fhir/client-js
// A nurse logs in through it, as a SMART app does; the rest is asked with tokens.
import assert from 'node:assert/strict';
import smart from 'fhirclient';
import { BASE, person, step, tokens, transaction, valueOf, weight } from './tour.mjs';

/** What the client keeps between the login's two requests. */
function session() {
  const kept = new Map();
  return {
    get: async (name) => kept.get(name),
    set: async (name, value) => kept.set(name, value) && value,
    unset: async (name) => kept.delete(name),
  };
}

/** A request of a browser to an app at the server's own address, where the demo issuer sends it. */
const CALLBACK = new URL('/app/callback', BASE);
const request = (path = '/') => ({ url: path, headers: { host: CALLBACK.host }, socket: {} });
function response() {
  const told = {};
  return {
    told,
    writeHead: (status, headers) => Object.assign(told, { status, headers }),
    setHeader: (name, value) => Object.assign(told, { headers: { ...told.headers, [name]: value } }),
    end: () => {},
  };
}

const clientOf = (token) =>
  smart(request(), response(), session()).client({
    serverUrl: BASE,
    ...(token ? { tokenResponse: { access_token: token } } : {}),
  });
const refused = (status) => (error) => error.status === status && error.message.includes('OperationOutcome');
const idsOf = (bundle, type) =>
  (bundle.entry ?? []).map((one) => one.resource).filter((one) => one.resourceType === type).map((one) => one.id);
const client = clientOf(tokens.SYSTEM);

await step('metadata', async () => {
  assert.equal(await client.getFhirVersion(), '4.0.1');
  assert.equal(await client.getFhirRelease(), 4);
});
const made = await step('create', () => client.create(person()));
const { id } = made;
await step('read', async () => {
  assert.equal((await client.request(`Patient/${id}`)).name[0].family, 'Nguyễn');
});
await step('update', async () => {
  assert.equal((await client.update({ ...made, active: true })).meta.versionId, '2');
});
await step('patch', async () => {
  const patched = await client.patch(`Patient/${id}`, [{ op: 'replace', path: '/gender', value: 'female' }]);
  assert.equal(patched.gender, 'female');
});
await step('conditional create', async () => {
  const body = person();
  const headers = { 'If-None-Exist': `identifier=${valueOf(body)}` };
  const first = await client.create(body, { headers });
  assert.equal((await client.create(body, { headers })).id, first.id);
});
for (let n = 0; n < 5; n += 1) await client.create(weight(`Patient/${id}`));
await step('paging', async () => {
  const pages = await client.request(`Observation?patient=${id}&_count=2`, { pageLimit: 0 });
  assert.deepEqual(pages.map((page) => page.entry.length), [2, 2, 1]);
  const found = await client.request(`Observation?patient=${id}&_count=2`, { pageLimit: 0, flat: true });
  assert.equal(new Set(found.map((one) => one.id)).size, 5);
  const walked = [];
  for await (const one of client.resources(`Observation?patient=${id}&_count=2`)) walked.push(one.id);
  assert.equal(walked.length, 5);
});
await step('chains', async () => {
  const found = await client.request(`Observation?subject:Patient.identifier=${valueOf(made)}`);
  assert.equal(idsOf(found, 'Observation').length, 5);
});
await step('includes', async () => {
  const along = await client.request(`Observation?patient=${id}&_include=Observation:subject`);
  assert.deepEqual(idsOf(along, 'Patient'), [id]);
  const back = await client.request(`Patient?_id=${id}&_revinclude=Observation:subject`);
  assert.equal(idsOf(back, 'Observation').length, 5);
});
await step('references', async () => {
  const bundle = await client.request(`Observation?patient=${id}`, { resolveReferences: ['subject'] });
  assert.ok(bundle.entry.every((one) => one.resource.subject.id === id));
});
await step('transaction', async () => {
  const reply = await client.request({
    url: BASE,
    method: 'POST',
    body: JSON.stringify(transaction()),
    headers: { 'content-type': 'application/fhir+json' },
  });
  assert.deepEqual(reply.entry.map((one) => one.response.status), ['201 Created', '201 Created']);
});
await step('delete', async () => {
  const gone = await client.create(person());
  await client.delete(`Patient/${gone.id}`);
  await assert.rejects(client.request(`Patient/${gone.id}`), refused(410));
});
await step('errors', async () => {
  await assert.rejects(client.create(person({ gender: 'blue' })), (error) => {
    assert.match(error.message, /Patient\.gender|gender/);
    return true;
  });
  await assert.rejects(client.request('Patient?birthdate=yesterday'), refused(400));
});
await step('log in, as the ward', async () => {
  const storage = session();
  const leaving = response();
  await smart(request('/launch'), leaving, storage).authorize({
    iss: BASE,
    clientId: 'tram-web',
    redirectUri: CALLBACK.href,
    scope: 'openid fhirUser user/*.cruds',
    pkceMode: 'required',
  });
  const asked = new URL(leaving.told.headers.Location ?? leaving.told.headers.location);
  const form = new URLSearchParams(asked.searchParams);
  form.set('login', 'clinician.00004');
  const answer = await fetch(asked.origin + asked.pathname, { method: 'POST', body: form, redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  const nurse = await smart(request(back.pathname + back.search), response(), storage).ready();
  assert.equal((await nurse.request(`Patient/${id}`)).id, id);
});
await step('the ward', async () => {
  assert.equal((await clientOf(tokens.NURSE).request(`Patient/${id}`)).id, id);
});
const search = `Patient?identifier=${valueOf(made)}`;
await step('the wrong ward', async () => {
  const other = clientOf(tokens.OTHER_WARD);
  assert.deepEqual(idsOf(await other.request(search), 'Patient'), []);
  await assert.rejects(other.request(`Patient/${id}`), refused(404));
  await assert.rejects(other.delete(`Patient/${id}`), refused(404));
});
await step('a hospital', async () => {
  const hospital = clientOf(tokens.HOSPITAL);
  await assert.rejects(hospital.request(`Patient/${id}`), refused(404));
  assert.deepEqual(idsOf(await hospital.request(`Patient?_id=${id}`), 'Patient'), []);
  await assert.rejects(hospital.request(search), refused(403));
});
await step('the city, and nobody', async () => {
  await assert.rejects(clientOf(tokens.CITY).request(search), refused(403));
  await assert.rejects(clientOf(null).request(search), refused(401));
});
