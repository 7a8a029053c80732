import { describe, expect, test } from "vitest";
import { mask, parseDate, parseDay } from "../src/domain/date-entry";

const TODAY = "2026-11-23";

describe("a date of birth", () => {
  test.each([
    ["01021958", "1958-02-01"],
    ["01/02/1958", "1958-02-01"],
    ["1/2/58", "1958-02-01"],
    ["1-2-1958", "1958-02-01"],
    ["1.2.58", "1958-02-01"],
    ["010258", "1958-02-01"],
    ["1/2/24", "2024-02-01"],
    ["2/1958", "1958-02"],
    ["1958", "1958"],
    ["65t", "1961"],
    ["65 tuổi", "1961"],
    ["29/2/2024", "2024-02-29"],
    ["23/11/2026", "2026-11-23"],
  ])("%s is %s", (text, value) => {
    expect(parseDate(text, TODAY)).toMatchObject({ ok: true, value });
  });

  test.each([
    ["", "empty"],
    ["abc", "unreadable"],
    ["1/2/3/4", "unreadable"],
    ["31/2/1958", "noSuchDay"],
    ["29/2/2023", "noSuchDay"],
    ["1/13/1958", "noSuchDay"],
    ["24/11/2026", "future"],
    ["2027", "future"],
    ["1/1/1900", "tooLongAgo"],
    ["200t", "tooLongAgo"],
  ])("%j is refused: %s", (text, problem) => {
    expect(parseDate(text, TODAY)).toEqual({ ok: false, problem });
  });

  test("an age is an estimate", () => {
    expect(parseDate("65t", TODAY)).toMatchObject({ estimated: true });
    expect(parseDate("1961", TODAY)).toMatchObject({ estimated: false });
  });
});

test("eight digits get their slashes, everything else stays", () => {
  expect(["01021958", "0102195", "1/2/58", "65t"].map(mask)).toEqual([
    "01/02/1958",
    "0102195",
    "1/2/58",
    "65t",
  ]);
});

test.each([
  ["21/12/2026", "2026-12-21"],
  ["21122026", "2026-12-21"],
  ["21/12", "2026-12-21"],
  ["5/1/27", "2027-01-05"],
  ["050127", "2027-01-05"],
  ["5/1", "2027-01-05"],
  ["31/2/2027", null],
  ["2027", null],
  ["", null],
])("a next date %j is %s", (text, day) => {
  expect(parseDay(text, TODAY)).toBe(day);
});
