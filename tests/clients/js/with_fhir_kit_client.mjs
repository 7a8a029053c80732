// A tour with fhir-kit-client: https://github.com/Vermonster/fhir-kit-client
import assert from 'node:assert/strict';
import { CapabilityTool, Client } from 'fhir-kit-client';
import { BASE, key, person, step, tokens, transaction, valueOf, weight } from './tour.mjs';

const clientOf = (bearerToken) => new Client({ baseUrl: BASE, bearerToken });
const client = clientOf(tokens.SYSTEM);
const resourceType = 'Patient';
const outcome = (status) => (error) =>
  error.response?.status === status && error.response.data.resourceType === 'OperationOutcome';
const idsOf = (bundle, type) =>
  (bundle.entry ?? []).map((one) => one.resource).filter((one) => one.resourceType === type).map((one) => one.id);

await step('metadata', async () => {
  const told = await client.capabilityStatement();
  assert.equal(told.fhirVersion, '4.0.1');
  const can = new CapabilityTool(told);
  assert.ok(can.resourceCan('Patient', 'patch'));
  assert.ok(can.resourceSearch('Patient', 'birthdate'));
  const smart = await client.smartAuthMetadata();
  assert.match(smart.tokenUrl.href, /token$/);
  assert.match(smart.authorizeUrl.href, /auth/);
});
const made = await step('create', async () => {
  const one = await client.create({ resourceType, body: person() });
  assert.equal(one.meta.versionId, '1');
  assert.equal(Client.httpFor(one).response.status, 201);
  return one;
});
const { id } = made;
await step('read', async () => {
  assert.equal((await client.read({ resourceType, id })).name[0].family, 'Nguyễn');
  assert.equal((await client.vread({ resourceType, id, version: '1' })).meta.versionId, '1');
});
await step('update', async () => {
  const options = { headers: { 'If-Match': 'W/"1"' } };
  const body = { ...made, active: true };
  assert.equal((await client.update({ resourceType, id, body, options })).meta.versionId, '2');
  await assert.rejects(client.update({ resourceType, id, body, options }), outcome(412));
});
await step('patch', async () => {
  const jsonPatch = [{ op: 'replace', path: '/gender', value: 'female' }];
  assert.equal((await client.patch({ resourceType, id, jsonPatch })).gender, 'female');
});
await step('history', async () => {
  assert.equal((await client.history({ resourceType, id })).total, 3);
});
await step('conditional create', async () => {
  const body = person();
  const options = { headers: { 'If-None-Exist': `identifier=${valueOf(body)}` } };
  const first = await client.create({ resourceType, body, options });
  const again = await client.create({ resourceType, body, options });
  assert.equal(Client.httpFor(again).response.status, 200);
  assert.equal(again.id, first.id);
});
await step('conditional update', async () => {
  const identifier = key();
  const searchParams = { identifier: `${identifier.system}|${identifier.value}` };
  const first = await client.update({ resourceType, searchParams, body: person({ identifier: [identifier] }) });
  const body = person({ identifier: [identifier], gender: 'other' });
  const again = await client.update({ resourceType, searchParams, body });
  assert.deepEqual([again.id, again.gender, again.meta.versionId], [first.id, 'other', '2']);
});
for (let n = 0; n < 5; n += 1) {
  await client.create({ resourceType: 'Observation', body: weight(`Patient/${id}`) });
}
await step('paging', async () => {
  const searchParams = { patient: `Patient/${id}`, _count: 2 };
  const pages = [await client.search({ resourceType: 'Observation', searchParams })];
  for (let next = client.nextPage({ bundle: pages[0] }); next; next = client.nextPage({ bundle: pages.at(-1) })) {
    pages.push(await next);
  }
  assert.equal(new Set(pages.flatMap((page) => idsOf(page, 'Observation'))).size, 5);
  const back = await client.prevPage({ bundle: pages[1] });
  assert.deepEqual(idsOf(back, 'Observation'), idsOf(pages[0], 'Observation'));
});
await step('search by POST', async () => {
  const options = { postSearch: true };
  const searchParams = { identifier: valueOf(made) };
  assert.deepEqual(idsOf(await client.search({ resourceType, searchParams, options }), resourceType), [id]);
});
await step('chains', async () => {
  const chained = { 'subject:Patient.identifier': valueOf(made) };
  const found = await client.search({ resourceType: 'Observation', searchParams: chained });
  assert.equal(idsOf(found, 'Observation').length, 5);
  const searchParams = { '_has:Observation:patient:code': '29463-7', identifier: valueOf(made) };
  assert.deepEqual(idsOf(await client.search({ resourceType, searchParams }), resourceType), [id]);
});
await step('includes', async () => {
  const forward = { patient: id, _include: 'Observation:subject' };
  const along = await client.search({ resourceType: 'Observation', searchParams: forward });
  assert.deepEqual(idsOf(along, 'Patient'), [id]);
  const searchParams = { _id: id, _revinclude: 'Observation:subject' };
  assert.equal(idsOf(await client.search({ resourceType, searchParams }), 'Observation').length, 5);
});
await step('references', async () => {
  const bundle = await client.search({ resourceType: 'Observation', searchParams: { patient: id } });
  const { subject } = bundle.entry[0].resource;
  assert.equal((await client.resolve({ reference: subject.reference })).id, id);
});
await step('transaction', async () => {
  const reply = await client.transaction({ body: transaction() });
  assert.deepEqual(reply.entry.map((one) => one.response.status), ['201 Created', '201 Created']);
  const batch = await client.batch({
    body: {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: `Patient/${id}` } },
        { request: { method: 'GET', url: 'Patient/nobody' } },
      ],
    },
  });
  assert.deepEqual(batch.entry.map((one) => one.response.status.slice(0, 3)), ['200', '404']);
});
await step('operations', async () => {
  const everything = await client.operation({ name: 'everything', resourceType, id, method: 'GET' });
  assert.equal(idsOf(everything, 'Observation').length, 5);
  const told = await client.operation({ name: 'meta', resourceType, id, method: 'GET' });
  assert.equal(told.parameter[0].valueMeta.versionId, '3');
});
await step('validate', async () => {
  const told = async (input) => (await client.operation({ name: 'validate', resourceType, input })).issue;
  assert.ok((await told(person())).every((one) => one.severity !== 'error'));
  assert.deepEqual((await told(person({ gender: 'blue' })))[0].expression, ['Patient.gender']);
});
await step('delete', async () => {
  const gone = await client.create({ resourceType, body: person() });
  await client.delete({ resourceType, id: gone.id });
  await assert.rejects(client.read({ resourceType, id: gone.id }), outcome(410));
});
await step('errors', async () => {
  await assert.rejects(client.create({ resourceType, body: person({ gender: 'blue' }) }), (error) => {
    assert.deepEqual(error.response.data.issue[0].expression, ['Patient.gender']);
    return true;
  });
  const searchParams = { birthdate: 'yesterday' };
  await assert.rejects(client.search({ resourceType, searchParams }), outcome(400));
});
await step('the ward', async () => {
  assert.equal((await clientOf(tokens.NURSE).read({ resourceType, id })).id, id);
});
const searchParams = { identifier: valueOf(made) };
await step('the wrong ward', async () => {
  const other = clientOf(tokens.OTHER_WARD);
  assert.deepEqual(idsOf(await other.search({ resourceType, searchParams }), resourceType), []);
  await assert.rejects(other.read({ resourceType, id }), outcome(404));
  await assert.rejects(other.delete({ resourceType, id }), outcome(404));
});
await step('a hospital', async () => {
  const hospital = clientOf(tokens.HOSPITAL);
  await assert.rejects(hospital.read({ resourceType, id }), outcome(404));
  const byId = { _id: id };
  assert.deepEqual(idsOf(await hospital.search({ resourceType, searchParams: byId }), resourceType), []);
  await assert.rejects(hospital.search({ resourceType, searchParams }), outcome(403));
});
await step('the city, and nobody', async () => {
  await assert.rejects(clientOf(tokens.CITY).search({ resourceType, searchParams }), outcome(403));
  await assert.rejects(new Client({ baseUrl: BASE }).read({ resourceType, id }), outcome(401));
});
