/**
 * Vital signs: which there are, their units, and how unusual a value is.
 *
 * Three severities (docs/web.md): `block` cannot be (a typing error), `confirm` can be but must be
 * looked at again, `hint` is worth knowing. Blood pressure: Ministry of Health, decision
 * 3192/QĐ-BYT; body mass index: the Asian cut-offs of WHO, Lancet 2004;363:157.
 */
import { years } from "../i18n/formats";

export const VITALS = [
  "systolic",
  "diastolic",
  "pulse",
  "temperature",
  "respiration",
  "spo2",
  "weight",
  "height",
  "waist",
  "glucose",
] as const;
export type Vital = (typeof VITALS)[number];
export type Vitals = Partial<Record<Vital, number>>;
export type Severity = "block" | "confirm" | "hint";

export const UNITS: Record<Vital, string> = {
  systolic: "mmHg",
  diastolic: "mmHg",
  pulse: "l/ph",
  temperature: "°C",
  respiration: "l/ph",
  spo2: "%",
  weight: "kg",
  height: "cm",
  waist: "cm",
  glucose: "mmol/L",
};

interface Limits {
  possible: readonly [number, number];
  usual: readonly [number, number];
  /** Outside of this an adult's value gets a hint, and a child's where `AT_ANY_AGE` says so. */
  normal?: readonly [number, number];
}

/** `possible` is what the server accepts: ehr/terminology/data/vital_signs.json, kept by a test. */
export const LIMITS: Record<Vital, Limits> = {
  systolic: { possible: [40, 320], usual: [70, 219], normal: [90, 139] },
  diastolic: { possible: [10, 220], usual: [40, 129], normal: [50, 89] },
  pulse: { possible: [15, 330], usual: [40, 150], normal: [50, 100] },
  temperature: { possible: [25, 45], usual: [35, 40.5], normal: [36, 37.4] },
  respiration: { possible: [3, 150], usual: [8, 60], normal: [12, 20] },
  spo2: { possible: [20, 100], usual: [85, 100], normal: [95, 100] },
  weight: { possible: [0.3, 400], usual: [2, 150] },
  height: { possible: [20, 260], usual: [45, 200] },
  waist: { possible: [20, 250], usual: [40, 150] },
  glucose: { possible: [0.5, 60], usual: [2.8, 25], normal: [3.9, 7.8] },
};

const ADULT_YEARS = 16;

/** Whether an adult's limits apply; of a partial birth date the difference of years counts. */
export const isAdult = (birthDate: string, today: string): boolean =>
  years(birthDate, today) >= ADULT_YEARS;

/** A child's pressure is lower than an adult's, so what is high for an adult is high for a child. */
const AT_ANY_AGE: ReadonlySet<string> = new Set([
  "systolic high",
  "diastolic high",
  "temperature high",
  "temperature low",
  "spo2 low",
]);

const WHOLE: ReadonlySet<Vital> = new Set(["systolic", "diastolic", "pulse", "respiration", "spo2"]);

export interface Finding {
  vital: Vital;
  severity: Severity;
  kind: "impossible" | "unusual" | "high" | "low" | "crossed" | "alone" | "whole" | "milligrams";
  low?: number;
  high?: number;
}

const inside = (value: number, [low, high]: readonly [number, number]): boolean =>
  value >= low && value <= high;

/** What there is to say about one value; `adult` decides whether all normal ranges apply. */
export function judge(vital: Vital, value: number, adult = true): Finding | null {
  const { possible, usual, normal } = LIMITS[vital];
  if (!inside(value, possible)) {
    const kind = vital === "glucose" && value > 60 ? "milligrams" : "impossible";
    return { vital, severity: "block", kind, low: possible[0], high: possible[1] };
  }
  if (WHOLE.has(vital) && !Number.isInteger(value)) return { vital, severity: "block", kind: "whole" };
  if (vital === "glucose" && value > 35) return { vital, severity: "confirm", kind: "milligrams" };
  if (!inside(value, usual)) return { vital, severity: "confirm", kind: "unusual" };
  if (!normal || inside(value, normal)) return null;
  const kind = value > normal[1] ? "high" : "low";
  return adult || AT_ANY_AGE.has(`${vital} ${kind}`) ? { vital, severity: "hint", kind } : null;
}

/** Findings of a whole set, with what only pairs show. */
export function findings(vitals: Vitals, adult = true): Finding[] {
  const found: Finding[] = [];
  for (const vital of VITALS) {
    const value = vitals[vital];
    const finding = value === undefined ? null : judge(vital, value, adult);
    if (finding) found.push(finding);
  }
  const { systolic, diastolic } = vitals;
  if (diastolic !== undefined && systolic === undefined) {
    found.push({ vital: "systolic", severity: "block", kind: "alone" });
  } else if (diastolic !== undefined && systolic !== undefined && diastolic >= systolic) {
    found.push({ vital: "diastolic", severity: "block", kind: "crossed" });
  }
  return found;
}

/** Whether what is typed can only be a whole systolic pressure, so that the focus moves on. */
export function systolicComplete(text: string): boolean {
  return /^[1-3]\d\d$/.test(text) || /^[4-9]\d$/.test(text);
}

/** kg/m², one decimal; null without both or with a height that cannot be. */
export function bodyMassIndex({ weight, height }: Vitals): number | null {
  if (!weight || !height || height < 30) return null;
  return Math.round((weight / (height / 100) ** 2) * 10) / 10;
}

export type BodyMass = "thin" | "normal" | "overweight" | "obese";

export function bodyMassBand(index: number): BodyMass {
  if (index < 18.5) return "thin";
  if (index < 23) return "normal";
  return index < 25 ? "overweight" : "obese";
}

/** "368" for a temperature is 36.8: people leave the comma out. */
export function meant(vital: Vital, value: number): number {
  return vital === "temperature" && Number.isInteger(value) && value >= 340 && value <= 429
    ? value / 10
    : value;
}
