import { describe, expect, test } from "vitest";
import server from "../../ehr/terminology/data/vital_signs.json";
import * as vitals from "../src/domain/vitals";

test("what the form accepts is what the server accepts", () => {
  const rows = server.rows.filter((row) => row.name !== "bmi");
  expect(rows.map((row) => row.name).sort()).toEqual([...vitals.VITALS].sort());
  for (const { name, low, high } of rows) {
    expect([name, ...vitals.LIMITS[name as vitals.Vital].possible]).toEqual([name, low, high]);
  }
});

describe("how unusual a value is", () => {
  test.each([
    ["systolic", 120, null],
    ["systolic", 150, "hint"],
    ["systolic", 85, "hint"],
    ["systolic", 260, "confirm"],
    ["systolic", 1380, "block"],
    ["systolic", 120.5, "block"],
    ["temperature", 36.8, null],
    ["temperature", 38.5, "hint"],
    ["temperature", 41, "confirm"],
    ["spo2", 101, "block"],
    ["spo2", 80, "confirm"],
    ["glucose", 40, "confirm"],
    ["glucose", 126, "block"],
  ] as const)("%s %d: %s", (vital, value, severity) => {
    expect(vitals.judge(vital, value)?.severity ?? null).toBe(severity);
  });

  test("126 of glucose looks like mg/dL", () => {
    expect(vitals.judge("glucose", 126)?.kind).toBe("milligrams");
  });

  test.each([
    ["systolic", 150, "high"],
    ["diastolic", 95, "high"],
    ["temperature", 39, "high"],
    ["spo2", 92, "low"],
    ["systolic", 85, undefined],
    ["respiration", 30, undefined],
  ] as const)("a child's %s of %d is %s", (vital, value, kind) => {
    expect(vitals.judge(vital, value, false)?.kind).toBe(kind);
  });

  test("normal ranges are those of adults", () => {
    expect(vitals.judge("pulse", 130, false)).toBeNull();
    expect(vitals.judge("pulse", 130, true)?.severity).toBe("hint");
  });

  test("diastolic must be below systolic and not alone", () => {
    expect(vitals.findings({ systolic: 90, diastolic: 95 }).map((each) => each.kind)).toContain("crossed");
    expect(vitals.findings({ diastolic: 80 }).map((each) => each.kind)).toContain("alone");
  });
});

test("the cursor moves on when a systolic pressure is whole", () => {
  const typed = ["1", "15", "150", "9", "95", "38", "3", "30"];
  expect(typed.filter(vitals.systolicComplete)).toEqual(["150", "95"]);
});

test("body mass index by the Asian cut-offs", () => {
  expect(vitals.bodyMassIndex({ weight: 58, height: 154 })).toBe(24.5);
  expect(vitals.bodyMassIndex({ weight: 58 })).toBeNull();
  expect([18, 22.9, 23, 25].map(vitals.bodyMassBand)).toEqual(["thin", "normal", "overweight", "obese"]);
});

test("368 degrees are 36.8", () => {
  expect(vitals.meant("temperature", 368)).toBe(36.8);
  expect(vitals.meant("weight", 368)).toBe(368);
});
