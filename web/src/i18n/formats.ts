/** Dates, numbers and ages as Vietnamese readers write them. */
import { type Key, t } from "./texts";

const DAY_MS = 86_400_000;

/** A day as UTC midnight, so that no time zone of the machine can move it. */
function utc(day: string): Date {
  return new Date(`${day.slice(0, 10)}T00:00:00Z`);
}

/** "1958-02-01" → "01/02/1958"; "1958-02" → "02/1958"; "1958" → "1958". */
export function date(iso: string): string {
  return iso.slice(0, 10).split("-").reverse().join("/");
}

/** "2026-12-21" → "T2 21/12/2026". */
export function dateWithWeekday(iso: string): string {
  return `${weekday(iso)} ${date(iso)}`;
}

export function weekday(iso: string): string {
  return t(`weekday.${utc(iso).getUTCDay()}` as Key);
}

export function isSunday(iso: string): boolean {
  return utc(iso).getUTCDay() === 0;
}

/** "2026-11" → "11/2026". */
export function month(iso: string): string {
  return date(iso.slice(0, 7));
}

/** The time of day in Hanoi of an instant: "08:05". */
export function time(instant: string): string {
  return new Intl.DateTimeFormat("vi-VN", {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: "Asia/Ho_Chi_Minh",
  }).format(new Date(instant));
}

/** The day in Hanoi of an instant, as yyyy-mm-dd; a plain day stays as it is. */
export function dayOf(instant: string): string {
  if (instant.length <= 10) return instant;
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(instant));
}

export function addDays(day: string, days: number): string {
  return new Date(utc(day).getTime() + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / DAY_MS);
}

/** Whole years; with a year alone, the difference of years. */
export function years(birthDate: string, today: string): number {
  const whole = Number(today.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return birthDate.length === 10 && today.slice(5) < birthDate.slice(5) ? whole - 1 : whole;
}

/** "68 tuổi"; under six years in months, under two months in days, as clinics speak of children. */
export function age(birthDate: string, today: string): string {
  const whole = years(birthDate, today);
  if (whole >= 6 || birthDate.length < 10) return t("age.years", { count: Math.max(0, whole) });
  const months = monthsBetween(birthDate, today);
  if (months >= 2) return t("age.months", { count: months });
  return t("age.days", { count: Math.max(0, daysBetween(birthDate, today)) });
}

function monthsBetween(from: string, to: string): number {
  const [fy, fm, fd] = from.split("-").map(Number) as [number, number, number];
  const [ty, tm, td] = to.split("-").map(Number) as [number, number, number];
  return (ty - fy) * 12 + (tm - fm) - (td < fd ? 1 : 0);
}

/** 36.8 → "36,8"; 12345 → "12.345". */
export function number(value: number, digits = 1): string {
  return new Intl.NumberFormat("vi-VN", { maximumFractionDigits: digits }).format(value);
}

/** A number as people type it, "36,8" or "36.8"; null when it is none. */
export function parseNumber(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  return /^-?\d+(\.\d*)?$|^-?\.\d+$/.test(plain) ? Number(plain) : null;
}
