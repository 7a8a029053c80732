import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { CopyFigures } from "../src/components/report/copy-figures";
import { nameLines, shown } from "../src/components/report/tile-map";
import { corners } from "../src/components/sparkline";
import { reportFile } from "../src/api/client";
import type { VisitReport } from "../src/api/types";
import { type Session, SessionContext } from "../src/context";
import { asText } from "../src/domain/report-text";
import { bounds, stepOf } from "../src/domain/scale";
import { recentMonths } from "../src/pages/report";
import { routeOf } from "../src/routes";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("five classes by rank; nothing has its own", () => {
  const values = Array.from({ length: 100 }, (_, at) => at + 1);
  const limits = bounds([0, ...values]);
  expect(limits).toEqual([20, 40, 60, 80, 100]);
  expect([0, 1, 20, 21, 100].map((value) => stepOf(value, limits))).toEqual([0, 1, 1, 2, 5]);
});

test("with one value or none the darkest is still the most", () => {
  expect(bounds([])).toEqual([]);
  expect(stepOf(7, bounds([7]))).toBe(5);
  expect(stepOf(7, bounds([7, 7, 90]))).toBe(4);
});

test("a hidden cell is never a number", () => {
  expect(shown({ value: null, hidden: true })).toBe("ẩn");
  expect(shown({ value: 3, hidden: true })).toBe("ẩn");
  expect(shown({ value: 1234, hidden: false })).toBe("1.234");
});

test("names in two short lines", () => {
  expect(nameLines("Ba Đình")).toEqual(["Ba Đình"]);
  expect(nameLines("Văn Miếu - Quốc Tử Giám")).toEqual(["Văn Miếu"]);
  expect(nameLines("Hai Bà Trưng")).toEqual(["Hai Bà", "Trưng"]);
});

test("the file is asked for where the page's figures are, and the app leaves the link alone", () => {
  expect(reportFile("2026-11")).toBe("/reports/visits?period=2026-11&format=csv");
  expect(routeOf("/reports/visits", "period=2026-11&format=csv").page).toBe("unknown");
});

test("months back over the year", () => {
  expect(recentMonths("2026-02", 3)).toEqual(["2026-02", "2026-01", "2025-12"]);
});

test("a trend rises to the right", () => {
  const [first, last] = corners([
    { at: "2026-01-01", value: 120 },
    { at: "2026-02-01", value: 150 },
  ]);
  expect(first?.[0]).toBeLessThan(last?.[0] as number);
  expect(first?.[1]).toBeGreaterThan(last?.[1] as number);
});

const HIDDEN = { value: 3, hidden: true };
const ONE = { value: 1234, hidden: false };
const REPORT: VisitReport = {
  report: "visits",
  title: "",
  period: "2026-11",
  generatedAt: "2026-11-23T10:00:00+07:00",
  threshold: 5,
  total: ONE,
  previousYear: HIDDEN,
  wards: [
    { code: "00004", name: "Ba Đình", column: 0, row: 0, ...ONE },
    { code: "00008", name: "Ngọc Hà", column: 1, row: 0, ...HIDDEN },
  ],
  margins: { chapter: [{ code: "J", label: "Hô hấp", ...HIDDEN }], ageBand: [], sex: [], insurance: [] },
  ageSex: {
    rows: [{ code: "a", label: "Dưới 1 tuổi" }],
    columns: [{ code: "m", label: "Nam" }, { code: "f", label: "Nữ" }],
    cells: [[ONE, HIDDEN]],
  },
  definitions: [],
};

test("the figures as text: hidden ones stay hidden, numbers are plain digits", () => {
  const text = asText(REPORT);
  expect(text).toContain("00004\tBa Đình\t1234\n00008\tNgọc Hà\tẩn\n");
  expect(text).toContain("Hô hấp\tẩn");
  expect(text).toContain("Tuổi và giới\tNam\tNữ\nDưới 1 tuổi\t1234\tẩn");
  expect(text).not.toMatch(/\b3\b/);
});

function copyWith(clipboard: unknown) {
  vi.stubGlobal("navigator", { clipboard });
  const say = vi.fn();
  render(
    <SessionContext.Provider value={{ say } as unknown as Session}>
      <CopyFigures report={REPORT} />
    </SessionContext.Provider>,
  );
  screen.getByRole("button").click();
  return say;
}

test("that the figures were copied is said", async () => {
  const say = copyWith({ writeText: () => Promise.resolve() });
  await waitFor(() => expect(say).toHaveBeenCalledWith(expect.stringMatching(/Đã chép/)));
  expect(screen.queryByRole("alert")).toBeNull();
});

test.each([
  ["forbids it", { writeText: () => Promise.reject(new DOMException("", "NotAllowedError")) }],
  ["has no clipboard", undefined],
])("so is that they were not: the browser %s", async (_, clipboard) => {
  const say = copyWith(clipboard);
  const alert = await waitFor(() => screen.getByRole("alert"));
  expect(alert.textContent).toContain("không cho chép");
  expect(say).not.toHaveBeenCalled();
});
