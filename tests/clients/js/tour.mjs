// What a tour in JavaScript starts from: the server, who asks, what is sent, and the steps it tells.
import { randomUUID } from 'node:crypto';

export const BASE = process.env.FHIR_BASE;
export const tokens = Object.fromEntries(
  ['SYSTEM', 'NURSE', 'OTHER_WARD', 'HOSPITAL', 'CITY'].map((name) => [name, process.env[`TOKEN_${name}`]]),
);

/** One step, told when it went well; what fails ends the tour. */
export async function step(name, work) {
  const result = await work();
  console.log(`ok ${name}`);
  return result;
}

export const key = () => ({ system: 'http://example.org/tour', value: randomUUID() });
export const valueOf = (resource) => `${resource.identifier[0].system}|${resource.identifier[0].value}`;

/** A resident of ward 00004. */
export const person = (changed = {}) => ({
  resourceType: 'Patient',
  identifier: [key()],
  name: [{ family: 'Nguyễn', given: ['Văn', 'Thử'] }],
  gender: 'male',
  birthDate: '1958-02-01',
  managingOrganization: { reference: 'Organization/ward-00004' },
  ...changed,
});

/** A weight of someone. */
export const weight = (subject) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: subject },
  effectiveDateTime: '2026-11-05T08:05:00+07:00',
  valueQuantity: { value: 58, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

/** A resident with a weight, who refer to each other by urn:uuid. */
export function transaction() {
  const who = `urn:uuid:${randomUUID()}`;
  const entry = (fullUrl, resource) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  });
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [entry(`urn:uuid:${randomUUID()}`, weight(who)), entry(who, person())],
  };
}
