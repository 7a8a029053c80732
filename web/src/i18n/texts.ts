/** The texts of the app: `t("visit.save")`. Vietnamese is the source, its keys are the type. */
import english from "./en.json";
import vietnamese from "./vi.json";

export type Key = keyof typeof vietnamese;
export type Language = "vi" | "en";
type Values = Record<string, string | number>;

const TEXTS: Record<Language, Record<Key, string>> = { vi: vietnamese, en: english };
const STORED = "tram.language";

let language: Language = stored();

function stored(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "vi";
  } catch {
    return "vi"; // storage is switched off: the source language will do
  }
}

export function currentLanguage(): Language {
  return language;
}

/** Change the language for this browser; the caller draws the page again. */
export function setLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // storage is switched off: the choice lasts until the page is left
  }
}

/** The text of `key`, with `{name}` replaced by `values.name`. */
export function t(key: Key, values: Values = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in values ? String(values[name]) : whole,
  );
}
