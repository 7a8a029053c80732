/**
 * What people type for a date of birth: 01021958, 1/2/58, 1-2-1958, 2/1958, 1958, 65t.
 *
 * A FHIR date may be partial (http://hl7.org/fhir/R4/datatypes.html#date): a year alone is kept
 * as a year, and an age gives the year it implies.
 */

export type DateProblem = "empty" | "unreadable" | "noSuchDay" | "future" | "tooLongAgo";
export type DateEntry =
  | { ok: true; value: string; estimated: boolean }
  | { ok: false; problem: DateProblem };

const OLDEST = 125;

const refuse = (problem: DateProblem): DateEntry => ({ ok: false, problem });

/** The date that `text` says, on the day `today` (yyyy-mm-dd). */
export function parseDate(text: string, today: string): DateEntry {
  const plain = text.trim().toLowerCase();
  if (!plain) return refuse("empty");
  const age = /^(\d{1,3})\s*(t|tuổi|tuoi)$/.exec(plain);
  if (age) return check(String(Number(today.slice(0, 4)) - Number(age[1])), today, true);
  const parts = split(plain);
  if (!parts) return refuse("unreadable");
  const year = fullYear(parts.year, today);
  if (parts.month === undefined) return check(year, today);
  if (Number(parts.month) < 1 || Number(parts.month) > 12) return refuse("noSuchDay");
  const month = parts.month.padStart(2, "0");
  if (parts.day === undefined) return check(`${year}-${month}`, today);
  if (!exists(year, month, parts.day)) return refuse("noSuchDay");
  return check(`${year}-${month}-${parts.day.padStart(2, "0")}`, today);
}

interface Parts {
  day?: string | undefined;
  month?: string | undefined;
  year: string;
}

function split(text: string): Parts | null {
  const run = /^(?:(\d{2})(\d{2}))?(\d{4})$/.exec(text) ?? /^(\d{2})(\d{2})(\d{2})$/.exec(text);
  if (run) return { day: run[1], month: run[2], year: run[3] as string };
  const marked = /^(?:(?:(\d{1,2})[/.\-\s])?(\d{1,2})[/.\-\s])(\d{4}|\d{2})$/.exec(text);
  return marked ? { day: marked[1], month: marked[2], year: marked[3] as string } : null;
}

/** Two digits are the last year that is not in the future: in 2026, 58 → 1958 and 24 → 2024. */
function fullYear(year: string, today: string): string {
  if (year.length === 4) return year;
  const century = today.slice(0, 2);
  const guess = `${century}${year}`;
  return guess <= today.slice(0, 4) ? guess : String(Number(guess) - 100);
}

function exists(year: string, month: string, day: string): boolean {
  const count = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) >= 1 && Number(day) <= count;
}

function check(value: string, today: string, estimated = false): DateEntry {
  if (value > today.slice(0, value.length)) return refuse("future");
  if (Number(today.slice(0, 4)) - Number(value.slice(0, 4)) > OLDEST) return refuse("tooLongAgo");
  return { ok: true, value, estimated };
}

/** The text while it is typed: digits alone get their slashes, everything else stays as it is. */
export function mask(text: string): string {
  if (!/^\d{8}$/.test(text)) return text;
  return `${text.slice(0, 2)}/${text.slice(2, 4)}/${text.slice(4)}`;
}

/** A whole day of any time as typed (21122026, 21/12/2026, 21/12/26, 21/12); null if none. */
export function parseDay(text: string, today: string): string | null {
  const plain = text.trim();
  const short = /^(\d{1,2})[/.\-](\d{1,2})$/.exec(plain);
  const year = today.slice(0, 4);
  const read = short ? { day: short[1], month: short[2], year } : split(plain);
  if (!read?.day || !read.month) return null;
  // An appointment in "27" is of this century, unlike a birth.
  const full = read.year.length === 2 ? `${year.slice(0, 2)}${read.year}` : read.year;
  const month = read.month.padStart(2, "0");
  if (month < "01" || month > "12" || !exists(full, month, read.day)) return null;
  const day = `${full}-${month}-${read.day.padStart(2, "0")}`;
  return short && day <= today ? `${Number(year) + 1}${day.slice(4)}` : day;
}
