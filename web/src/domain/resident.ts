/** A resident while typed, and the RegisterPatient document it becomes. */
import type { ResidentHit, Sex } from "../api/types";
import { fold, words } from "../i18n/fold";
import { years } from "../i18n/formats";
import { type DateProblem, parseDate } from "./date-entry";

export interface ResidentForm {
  id: string;
  name: string;
  birth: string;
  sex: Sex | "";
  line: string;
  hamlet: string;
  cccd: string;
  bhyt: string;
  phone: string;
  ethnicity: string;
  motherName: string;
  ward: string;
}

export interface RegisterPatient {
  id: string;
  name: string;
  sex: Sex;
  birthDate: string;
  cccd?: string;
  bhyt?: string;
  phone?: string;
  ward?: string;
  address?: { line?: string; hamlet?: string };
  ethnicity?: string;
  motherName?: string;
}

const KINH = "01";
/** Children under six are known by their mother (docs/web.md). */
const MOTHER_UNTIL = 6;

export type ResidentField = Exclude<keyof ResidentForm, "id">;

/** Why the date of birth cannot be taken; null when it can. */
export function birthProblem(form: ResidentForm, today: string): DateProblem | null {
  const birth = parseDate(form.birth, today);
  return birth.ok ? null : birth.problem;
}

/** A new form with what was typed into the search box in its right field. */
export function emptyResident(typed: string, ward: string): ResidentForm {
  const form: ResidentForm = {
    id: crypto.randomUUID(),
    name: "",
    birth: "",
    sex: "",
    line: "",
    hamlet: "",
    cccd: "",
    bhyt: "",
    phone: "",
    ethnicity: KINH,
    motherName: "",
    ward,
  };
  const plain = typed.replace(/[\s.]/g, "").toUpperCase();
  if (/^\d{12}$/.test(plain)) return { ...form, cccd: plain };
  if (/^0\d{8,9}$/.test(plain)) return { ...form, phone: plain };
  if (/^(\d{10}|[A-Z]{2}[1-5]\d{12})$/.test(plain)) return { ...form, bhyt: plain };
  return /^\d+$/.test(plain) ? form : { ...form, name: capitalised(typed) };
}

/** "nguyễn thị đào" → "Nguyễn Thị Đào"; what already has capitals inside stays. */
export function capitalised(name: string): string {
  return name
    .normalize("NFC")
    .split(/\s+/u)
    .filter(Boolean)
    .map((word) => word.charAt(0).toLocaleUpperCase("vi") + word.slice(1))
    .join(" ");
}

/** Whether anything was typed that would be missed. */
export function isTyped(form: ResidentForm): boolean {
  const { name, birth, sex, line, hamlet, cccd, bhyt, phone, motherName } = form;
  return [name, birth, sex, line, hamlet, cccd, bhyt, phone, motherName].some((text) => text.trim());
}

const digits = (text: string): string => text.replace(/[\s.\-()]/g, "");

/** Whether the mother's name must be given. */
export function needsMother(form: ResidentForm, today: string): boolean {
  const birth = parseDate(form.birth, today);
  return birth.ok && years(birth.value, today) < MOTHER_UNTIL;
}

/** Fields that keep the resident from being saved, in the order of the page. */
export function residentProblems(form: ResidentForm, today: string): ResidentField[] {
  const wrong: ResidentField[] = [];
  if (!/\p{L}/u.test(form.name)) wrong.push("name");
  if (!parseDate(form.birth, today).ok) wrong.push("birth");
  if (!form.sex) wrong.push("sex");
  if (!form.line.trim()) wrong.push("line");
  if (form.cccd.trim() && !/^\d{12}$/.test(digits(form.cccd))) wrong.push("cccd");
  const bhyt = digits(form.bhyt).toUpperCase();
  if (bhyt && !/^(\d{10}|\d{12}|[A-Z]{2}[1-5]\d{12})$/.test(bhyt)) wrong.push("bhyt");
  if (form.phone.trim() && !/^(0|\+84)[1-9]\d{7,9}$/.test(digits(form.phone))) wrong.push("phone");
  if (needsMother(form, today) && !form.motherName.trim()) wrong.push("motherName");
  return wrong;
}

export type CardDoubt = "sex" | "year";

/** What the CCCD's own digits say against the form: a doubt, never a refusal. */
export function cardDoubts(form: ResidentForm, today: string): CardDoubt[] {
  const card = digits(form.cccd);
  if (!/^\d{12}$/.test(card)) return [];
  const doubts: CardDoubt[] = [];
  const mark = Number(card.charAt(3));
  const female = mark % 2 === 1;
  if ((form.sex === "male" && female) || (form.sex === "female" && !female)) doubts.push("sex");
  const birth = parseDate(form.birth, today);
  const year = String(1900 + Math.floor(mark / 2) * 100 + Number(card.slice(4, 6)));
  if (birth.ok && !birth.estimated && birth.value.slice(0, 4) !== year) doubts.push("year");
  return doubts;
}

export type Likeness = "sameCard" | "sameBirth" | "sameName";

export interface Lookalike {
  hit: ResidentHit;
  why: Likeness;
}

/** Who of `hits` may be the same person, and why; the surest first. */
export function lookalikes(
  form: ResidentForm,
  hits: ResidentHit[],
  today: string,
): Lookalike[] {
  const birth = parseDate(form.birth, today);
  const name = fold(form.name);
  const given = words(form.name).at(-1);
  const order: Likeness[] = ["sameCard", "sameBirth", "sameName"];
  return hits
    .flatMap((hit): Lookalike[] => {
      const sameName = fold(hit.name) === name;
      const near = sameName || words(hit.name).at(-1) === given;
      const tail = digits(form.cccd).slice(-4);
      if (tail.length === 4 && hit.cccdTail && tail.endsWith(hit.cccdTail) && near) {
        return [{ hit, why: "sameCard" }];
      }
      const sameBirth = birth.ok && sharesBirth(birth.value, hit.birthDate);
      if (near && sameBirth) return [{ hit, why: "sameBirth" }];
      return sameName && !birth.ok ? [{ hit, why: "sameName" }] : [];
    })
    .sort((a, b) => order.indexOf(a.why) - order.indexOf(b.why));
}

/** Partial dates share what both say. */
function sharesBirth(one: string, other: string): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length) === other.slice(0, length);
}

export function toRegistration(form: ResidentForm, today: string): RegisterPatient {
  const birth = parseDate(form.birth, today);
  if (!birth.ok || !form.sex) throw new Error("toRegistration before residentProblems");
  const text = (value: string): string => value.normalize("NFC").trim().replace(/\s+/gu, " ");
  const [line, hamlet] = [text(form.line), text(form.hamlet)];
  return {
    id: form.id,
    name: text(form.name),
    sex: form.sex,
    birthDate: birth.value,
    ...(form.cccd.trim() && { cccd: digits(form.cccd) }),
    ...(form.bhyt.trim() && { bhyt: digits(form.bhyt).toUpperCase() }),
    ...(form.phone.trim() && { phone: digits(form.phone) }),
    ...(form.ward && { ward: form.ward }),
    ...((line || hamlet) && { address: { ...(line && { line }), ...(hamlet && { hamlet }) } }),
    ...(form.ethnicity && { ethnicity: form.ethnicity }),
    ...(form.motherName.trim() && { motherName: text(form.motherName) }),
  };
}
