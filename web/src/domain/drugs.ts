/** One line of a prescription: "1 viên × 2 lần × 30 ngày = 60" (Thông tư 26/2025/TT-BYT). */
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

/** What is wrong with a drug, by field; empty when it can be sent. */
export function drugProblems(drug: Drug): (keyof Drug)[] {
  const wrong: (keyof Drug)[] = [];
  if (!drug.name.trim()) wrong.push("name");
  if (!(drug.dose > 0 && drug.dose <= 100)) wrong.push("dose");
  if (!(drug.timesPerDay >= 1 && drug.timesPerDay <= 24)) wrong.push("timesPerDay");
  if (!(drug.days >= 1 && drug.days <= 90)) wrong.push("days");
  return wrong;
}
