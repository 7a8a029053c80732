/** The functions that exist in Python too, by the vectors both must pass. */
import { describe, expect, test } from "vitest";
import names from "../../tests/fixtures/fold.json";
import shapes from "../../tests/fixtures/formats.json";
import { alike, fold, words } from "../src/i18n/fold";
import * as formats from "../src/i18n/formats";

describe("names", () => {
  test.each(names.fold as unknown as [string, string][])("fold %j", (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
  test.each(names.words as unknown as [string, string[]][])("words %j", (text, found) => {
    expect(words(text)).toEqual(found);
  });
  test.each(names.alike as unknown as [string, string][])("alike %j", (word, twin) => {
    expect(alike(word)).toBe(twin);
  });
});

describe("formats", () => {
  test.each(shapes.date as unknown as [string, string][])("date %j", (iso, text) => {
    expect(formats.date(iso)).toBe(text);
  });
  test.each(shapes.dateWithWeekday as unknown as [string, string][])("weekday %j", (iso, text) => {
    expect(formats.dateWithWeekday(iso)).toBe(text);
  });
  test.each(shapes.time as unknown as [string, string][])("time %j", (instant, text) => {
    expect(formats.time(instant)).toBe(text);
  });
  test.each(shapes.dayOf as unknown as [string, string][])("day %j", (instant, day) => {
    expect(formats.dayOf(instant)).toBe(day);
  });
  test.each(shapes.age as unknown as [string, string, string][])("age %j on %j", (born, today, text) => {
    expect(formats.age(born, today)).toBe(text);
  });
  test.each(shapes.number as unknown as [number, string][])("number %j", (value, text) => {
    expect(formats.number(value)).toBe(text);
  });
});

test("a number may have a comma or a point", () => {
  expect([" 36,8", "36.8", "58", ",5", "12a", "", "1.2.3"].map(formats.parseNumber)).toEqual([
    36.8, 36.8, 58, 0.5, null, null, null,
  ]);
});
