/** Dates, numbers and ages as Vietnamese readers write them, by table. */
import { expect, test } from "vitest";
import * as formats from "../src/i18n/formats";
import shapes from "./formats.json";

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

test("a number may have a comma or a point", () => {
  expect([" 36,8", "36.8", "58", ",5", "12a", "", "1.2.3"].map(formats.parseNumber)).toEqual([
    36.8, 36.8, 58, 0.5, null, null, null,
  ]);
});
