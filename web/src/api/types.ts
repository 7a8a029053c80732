/** What `/app/api` and `/reports` answer with; the Python side is ehr/web/*.py. */
import type { Prescribed } from "../domain/drugs";
import type { Vital, Vitals } from "../domain/vitals";

export type Sex = "male" | "female" | "other" | "unknown";

export interface Ward {
  code: string;
  name: string;
}

export interface Me {
  name: string;
  /** Opaque: which of this browser's drafts are this person's. */
  account: string;
  /** 32 bytes, base64: seals this person's drafts; held in memory only. */
  draftKey: string;
  roles: string[];
  wards: Ward[];
  /** May see the ward's residents; may register and record; may read the city's figures. */
  clinical: boolean;
  records: boolean;
  reports: boolean;
  csrf: string;
  today: string;
}

export interface ResidentHit {
  id: string;
  name: string;
  sex: Sex;
  birthDate: string;
  cccdTail?: string | null;
  hamlet?: string | null;
  motherName?: string | null;
  lastVisit?: string | null;
  problems?: string[];
}

export interface Diagnosis {
  code: string;
  display: string;
  main: boolean;
}

export interface Visit {
  id: string;
  at: string;
  ward: Ward | null;
  reason: string;
  author: string | null;
  insurance: boolean | null;
  vitals: Vitals;
  diagnoses: Diagnosis[];
  drugs: Prescribed[];
  advice: string | null;
  nextDate: string | null;
}

export interface Resident extends ResidentHit {
  cccd: string | null;
  bhyt: string | null;
  phone: string | null;
  address: string | null;
  ward: Ward | null;
  ethnicity: string | null;
}

export interface Trend {
  vital: Vital;
  points: { at: string; value: number }[];
}

export interface Profile {
  resident: Resident;
  allergies: string[];
  problems: { code: string; display: string; since: string; visits: number }[];
  trends: Trend[];
  prescription: { at: string; drugs: Prescribed[] } | null;
  nextDate: string | null;
  timeline: Visit[];
}

export interface TodayVisit extends Visit {
  patient: ResidentHit;
}

export interface Today {
  day: string;
  ward: Ward;
  visits: TodayVisit[];
}

export interface Choice {
  code: string;
  display: string;
  favourite?: boolean;
  neverMain?: boolean;
  /** Why this code may not be chosen, in the user's language; absent when it may. */
  blocked?: string | null;
}

export interface DrugChoice {
  code: string;
  name: string;
  unit: string;
  dose: number;
  timesPerDay: number;
  days: number;
}

export interface Cell {
  value: number | null;
  hidden: boolean;
}

export interface Margin extends Cell {
  code: string;
  label: string;
}

export interface WardCell extends Cell {
  code: string;
  name: string;
  column: number;
  row: number;
}

export interface Axis {
  code: string;
  label: string;
}

export interface VisitReport {
  report: string;
  title: string;
  period: string;
  generatedAt: string;
  threshold: number;
  total: Cell;
  /** The same month a year before. */
  previousYear: Cell;
  wards: WardCell[];
  margins: Record<"ageBand" | "sex" | "chapter" | "insurance", Margin[]>;
  ageSex: { rows: Axis[]; columns: Axis[]; cells: Cell[][] };
  definitions: string[];
}
