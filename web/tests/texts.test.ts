/** Every text exists in both languages, with the same placeholders, and is used. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import english from "../src/i18n/en.json";
import { t } from "../src/i18n/texts";
import vietnamese from "../src/i18n/vi.json";

const source = join(import.meta.dirname, "../src");
const code = readdirSync(source, { recursive: true, encoding: "utf-8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(source, name), "utf-8"))
  .join("\n");
const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("English has every key of Vietnamese and no other", () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(vietnamese).sort());
});

test.each(Object.entries(vietnamese))("%s has the same values in both", (key, text) => {
  const other = (english as Record<string, string>)[key] ?? "";
  expect(new Set(placeholders(other))).toEqual(new Set(placeholders(text)));
  expect(Boolean(other)).toBe(Boolean(text));
});

test.each(Object.keys(vietnamese))("%s is used", (key) => {
  const family = key.slice(0, key.lastIndexOf(".") + 1);
  expect(code.includes(`"${key}"`) || (family && code.includes(`t(\`${family}\${`))).toBeTruthy();
});

test("values are put into their places", () => {
  expect(t("search.addNew", { text: "Đào" })).toBe("Thêm người mới với “Đào”");
});
