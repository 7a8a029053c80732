/** The visit while it is typed, and the RecordVisit document it becomes. */
import type { Diagnosis, Visit } from "../api/types";
import { addDays, number, parseNumber } from "../i18n/formats";
import { DEFAULT_UNIT, type Drug, drugProblems, quantity } from "./drugs";
import { VITALS, type Vital, type Vitals, findings, meant } from "./vitals";

/** The last visit with a prescription, as far as it can be repeated. */
export type Earlier = Pick<Visit, "reason" | "diagnoses" | "drugs">;

export interface DrugRow {
  /** For the page's list only. */
  key: string;
  code?: string;
  name: string;
  dose: string;
  unit: string;
  timesPerDay: string;
  days: string;
  note: string;
}

export interface VisitForm {
  id: string;
  patient: string;
  patientName: string;
  /** Where it happens: a ward of the writer. */
  ward: string;
  start: string;
  reason: string;
  insurance: boolean;
  vitals: Partial<Record<Vital, string>>;
  diagnoses: Diagnosis[];
  drugs: DrugRow[];
  advice: string;
  nextDate: string | null;
  /** In the box of diagnoses, and no code of the list yet. */
  diagnosisText?: string;
  /** Typed for the next date, and no day: `nextDate` is still the one before. */
  nextDateText?: string | undefined;
  /** Unusual values that their writer has confirmed, as "systolic=260". */
  confirmed: string[];
}

export interface RecordVisit {
  id: string;
  patient: string;
  ward?: string;
  start: string;
  reason: string;
  kind: string;
  insurance: boolean;
  vitals: Vitals;
  diagnoses: Diagnosis[];
  drugs: Drug[];
  advice?: string;
  nextDate?: string;
}

/** Follow-up after four weeks, as chronic care does it. */
export const FOLLOW_UP_DAYS = 28;
/** MA_LOAI_KCB 01: examination of an outpatient (QĐ 824/QĐ-BYT). */
const OUTPATIENT = "01";

interface Subject {
  id: string;
  name: string;
  insured: boolean;
  ward: string;
}

export function emptyVisit(subject: Subject, today: string, now: Date): VisitForm {
  return {
    id: crypto.randomUUID(),
    patient: subject.id,
    patientName: subject.name,
    ward: subject.ward,
    start: now.toISOString(),
    reason: "",
    insurance: subject.insured,
    vitals: {},
    diagnoses: [],
    drugs: [],
    advice: "",
    nextDate: addDays(today, FOLLOW_UP_DAYS),
    confirmed: [],
  };
}

/** Whether anything was typed that would be missed. */
export function isTouched(form: VisitForm): boolean {
  const typed = Object.values(form.vitals).some((text) => text.trim());
  return Boolean(
    form.reason.trim() ||
      form.advice.trim() ||
      typed ||
      form.diagnoses.length ||
      form.diagnosisText?.trim() ||
      form.drugs.length,
  );
}

export function newDrug(from?: Partial<Drug>): DrugRow {
  return {
    key: crypto.randomUUID(),
    ...(from?.code && { code: from.code }),
    name: from?.name ?? "",
    dose: number(from?.dose ?? 1, 2),
    unit: from?.unit || DEFAULT_UNIT,
    timesPerDay: String(from?.timesPerDay ?? 1),
    days: String(from?.days ?? FOLLOW_UP_DAYS),
    note: from?.note ?? "",
  };
}

/** The form with the drugs of an earlier visit, and what they were for where nothing was typed. */
export function repeated(form: VisitForm, earlier: Earlier): VisitForm {
  const known = new Set(form.drugs.map((row) => row.name));
  const added = earlier.drugs.filter((drug) => !known.has(drug.name ?? "")).map(newDrug);
  const coded = earlier.diagnoses.filter((each) => each.code);
  return {
    ...form,
    reason: form.reason.trim() ? form.reason : earlier.reason,
    diagnoses: form.diagnoses.length ? form.diagnoses : coded,
    drugs: [...form.drugs.filter((row) => row.name.trim()), ...added],
  };
}

export function toDrug(row: DrugRow): Drug {
  const dose = parseNumber(row.dose) ?? 0;
  const timesPerDay = parseNumber(row.timesPerDay) ?? 0;
  const days = parseNumber(row.days) ?? 0;
  return {
    ...(row.code && { code: row.code }),
    name: row.name.trim(),
    dose,
    unit: row.unit.trim() || DEFAULT_UNIT,
    timesPerDay,
    days,
    quantity: quantity(dose, timesPerDay, days),
    ...(row.note.trim() && { note: row.note.trim() }),
  };
}

export function vitalsOf(form: Pick<VisitForm, "vitals">): Vitals {
  const read: Vitals = {};
  for (const vital of VITALS) {
    const value = parseNumber(form.vitals[vital] ?? "");
    if (value !== null) read[vital] = meant(vital, value);
  }
  return read;
}

export type Problem =
  | { at: "reason" | "diagnoses" }
  | { at: "vital"; vital: Vital }
  | { at: "drug"; key: string; field: keyof Drug }
  | { at: "nextDate" };

/** What keeps the visit from being saved, in the order of the page. */
export function problems(form: VisitForm, today: string, adult: boolean): Problem[] {
  const found: Problem[] = [];
  if (!form.reason.trim()) found.push({ at: "reason" });
  for (const vital of VITALS) {
    const text = form.vitals[vital]?.trim();
    if (text && parseNumber(text) === null) found.push({ at: "vital", vital });
  }
  for (const finding of findings(vitalsOf(form), adult)) {
    if (finding.severity === "block") found.push({ at: "vital", vital: finding.vital });
  }
  if (!form.diagnoses.length || form.diagnosisText?.trim()) found.push({ at: "diagnoses" });
  for (const row of form.drugs) {
    for (const field of drugProblems(toDrug(row))) found.push({ at: "drug", key: row.key, field });
  }
  const past = form.nextDate !== null && form.nextDate <= today;
  if (past || form.nextDateText !== undefined) found.push({ at: "nextDate" });
  return found;
}

/** Unusual values that nobody has confirmed yet, as "systolic=260". */
export function unconfirmed(form: VisitForm, adult: boolean): { vital: Vital; mark: string }[] {
  const vitals = vitalsOf(form);
  return findings(vitals, adult)
    .filter((finding) => finding.severity === "confirm")
    .map(({ vital }) => ({ vital, mark: `${vital}=${vitals[vital]}` }))
    .filter(({ mark }) => !form.confirmed.includes(mark));
}

export function toDocument(form: VisitForm): RecordVisit {
  const main = form.diagnoses.findIndex((each) => each.main);
  return {
    id: form.id,
    patient: form.patient,
    ...(form.ward && { ward: form.ward }),
    start: form.start,
    reason: form.reason.trim(),
    kind: OUTPATIENT,
    insurance: form.insurance,
    vitals: vitalsOf(form),
    diagnoses: form.diagnoses.map((each, at) => ({ ...each, main: at === Math.max(0, main) })),
    drugs: form.drugs.map(toDrug),
    ...(form.advice.trim() && { advice: form.advice.trim() }),
    ...(form.nextDate && { nextDate: form.nextDate }),
  };
}
