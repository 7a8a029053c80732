/** One line of a prescription: "1 viên × 2 lần × 30 ngày = 60" (Thông tư 26/2025/TT-BYT). */
import { alike, words } from "../i18n/fold";
import { number } from "../i18n/formats";
import { t } from "../i18n/texts";

export interface Drug {
  code?: string;
  name: string;
  dose: number;
  unit: string;
  timesPerDay: number;
  days: number;
  quantity: number;
  note?: string;
}

/** A line as the record has it: what a hospital wrote may be words alone. */
export type Prescribed = Partial<Drug> & { text?: string };

export const DEFAULT_UNIT = "viên";

/** Dose × times × days, rounded up to what can be handed out. */
export function quantity(dose: number, timesPerDay: number, days: number): number {
  return Math.ceil(Math.round(dose * timesPerDay * days * 100) / 100);
}

/** "1 viên × 2 lần/ngày × 30 ngày (60 viên)". */
export function line(drug: Prescribed): string {
  const { dose, unit, timesPerDay, days } = drug;
  if (!dose || !unit || !timesPerDay || !days) return drug.text ?? "";
  return t("drug.line", {
    dose: number(dose, 2),
    unit,
    times: timesPerDay,
    days,
    quantity: number(drug.quantity ?? quantity(dose, timesPerDay, days), 2),
  });
}

export type Caution = { kind: "allergy"; to: string } | { kind: "duplicate" };

const SHORTEST = 4;

/** Words as they sound: "Penicillin" and "penicilin", "oxy" and "oxi" are one. */
const sounds = (text: string): string[] =>
  words(text).map((word) => alike(word).replace(/(.)\1+/g, "$1"));

/**
 * What to look at twice: a drug whose name holds a word of an allergy, or that is there already.
 *
 * By names only ("penicilin V" for "Penicilin"); classes of drugs are not known here, so silence
 * is no all-clear.
 */
export function caution(name: string, others: string[], allergies: string[]): Caution | null {
  const mine = sounds(name);
  const to = allergies.find((allergy) =>
    sounds(allergy).some((word) => word.length >= SHORTEST && mine.includes(word)),
  );
  if (to) return { kind: "allergy", to };
  const first = mine[0];
  const again = first !== undefined && others.some((other) => sounds(other)[0] === first);
  return again ? { kind: "duplicate" } : null;
}

export type DrugProblem = "name" | "dose" | "timesPerDay" | "days";

/** What is wrong with a drug, by field; empty when it can be sent. */
export function drugProblems(drug: Drug): DrugProblem[] {
  const wrong: DrugProblem[] = [];
  if (!drug.name.trim()) wrong.push("name");
  if (!(drug.dose > 0 && drug.dose <= 100)) wrong.push("dose");
  if (!(drug.timesPerDay >= 1 && drug.timesPerDay <= 24)) wrong.push("timesPerDay");
  if (!(drug.days >= 1 && drug.days <= 90)) wrong.push("days");
  return wrong;
}
