import { describe, expect, test } from "vitest";
import { caution, drugProblems, line, quantity } from "../src/domain/drugs";
import {
  type VisitForm,
  emptyVisit,
  isTouched,
  newDrug,
  problems,
  repeated,
  toDocument,
  unconfirmed,
} from "../src/domain/visit";

const TODAY = "2026-11-23";
const NOW = new Date("2026-11-23T01:15:00Z");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const form = (part: Partial<VisitForm> = {}): VisitForm => ({
  ...emptyVisit({ id: "p1", name: "Nguyễn Thị Đào", insured: true, ward: "00004" }, TODAY, NOW),
  ...part,
});
const whole = (): VisitForm =>
  form({
    reason: " Tái khám ",
    vitals: { systolic: "150", diastolic: "95", temperature: "36,8", weight: "" },
    diagnoses: [
      { code: "I10", display: "Tăng huyết áp", main: false },
      { code: "E11", display: "Đái tháo đường", main: false },
    ],
    drugs: [newDrug({ code: "A1", name: "Amlodipin 5 mg", dose: 1, unit: "viên", timesPerDay: 1, days: 30 })],
  });

test("what is typed and not finished keeps the visit from being saved", () => {
  expect(problems({ ...whole(), diagnosisText: " " }, TODAY, true)).toEqual([]);
  expect(problems({ ...whole(), diagnosisText: "tang huyet" }, TODAY, true)).toEqual([
    { at: "diagnoses" },
  ]);
  expect(problems({ ...whole(), nextDateText: "" }, TODAY, true)).toEqual([{ at: "nextDate" }]);
  expect(isTouched(form({ diagnosisText: "ho" }))).toBe(true);
});

test("a new visit has an id, four weeks to the next, and nothing to lose", () => {
  const fresh = form();
  expect(fresh.id).toMatch(UUID);
  expect(fresh.nextDate).toBe("2026-12-21");
  expect(isTouched(fresh)).toBe(false);
  expect(isTouched(form({ vitals: { systolic: "1" } }))).toBe(true);
});

test("the document says what was typed, nothing that was not", () => {
  const sent = toDocument(whole());
  expect(sent).toMatchObject({
    patient: "p1",
    start: "2026-11-23T01:15:00.000Z",
    reason: "Tái khám",
    kind: "01",
    insurance: true,
    nextDate: "2026-12-21",
  });
  expect(sent.vitals).toEqual({ systolic: 150, diastolic: 95, temperature: 36.8 });
  expect(sent.diagnoses.map((each) => each.main)).toEqual([true, false]);
  expect(sent.drugs).toEqual([
    { code: "A1", name: "Amlodipin 5 mg", dose: 1, unit: "viên", timesPerDay: 1, days: 30, quantity: 30 },
  ]);
  expect(sent).not.toHaveProperty("advice");
});

describe("what keeps a visit from being saved", () => {
  test("nothing", () => expect(problems(whole(), TODAY, true)).toEqual([]));
  test("no reason and no diagnosis", () => {
    expect(problems(form(), TODAY, true).map((each) => each.at)).toEqual(["reason", "diagnoses"]);
  });
  test("a value that is no number or cannot be", () => {
    const bad = { ...whole(), vitals: { systolic: "abc", pulse: "999" } };
    expect(problems(bad, TODAY, true)).toEqual([
      { at: "vital", vital: "systolic" },
      { at: "vital", vital: "pulse" },
    ]);
  });
  test("a drug without days", () => {
    const bad = { ...whole(), drugs: [{ ...newDrug({ name: "X" }), key: "k", days: "" }] };
    expect(problems(bad, TODAY, true)).toEqual([{ at: "drug", key: "k", field: "days" }]);
  });
  test("a next date that is today", () => {
    expect(problems({ ...whole(), nextDate: TODAY }, TODAY, true)).toEqual([{ at: "nextDate" }]);
  });
});

test("an unusual value is asked about once, and again when it changes", () => {
  const odd = { ...whole(), vitals: { systolic: "260", diastolic: "95" } };
  expect(unconfirmed(odd, true)).toEqual([{ vital: "systolic", mark: "systolic=260" }]);
  expect(unconfirmed({ ...odd, confirmed: ["systolic=260"] }, true)).toEqual([]);
  const changed = { ...odd, confirmed: ["systolic=260"], vitals: { systolic: "255", diastolic: "95" } };
  expect(unconfirmed(changed, true)).toHaveLength(1);
});

describe("repeating an earlier visit", () => {
  const earlier = {
    reason: "Tái khám",
    diagnoses: [
      { code: "I10", display: "Tăng huyết áp", main: true },
      { code: "", display: "Đau lưng", main: false },
    ],
    drugs: [{ name: "Amlodipin 5 mg", dose: 1, unit: "viên", timesPerDay: 1, days: 28 }],
  };

  test("fills what is empty", () => {
    const again = repeated(form(), earlier);
    expect(again).toMatchObject({ reason: "Tái khám", diagnoses: [{ code: "I10" }] });
    expect(again.drugs.map((row) => [row.name, row.days])).toEqual([["Amlodipin 5 mg", "28"]]);
    expect(problems(again, TODAY, true)).toEqual([]);
  });
  test("leaves what was typed, and no drug comes twice", () => {
    const typed = { ...whole(), reason: "Đau đầu" };
    const again = repeated(repeated(typed, earlier), earlier);
    expect(again.reason).toBe("Đau đầu");
    expect(again.diagnoses).toEqual(typed.diagnoses);
    expect(again.drugs).toHaveLength(1);
  });
});

test("a drug is looked at twice", () => {
  expect(caution("Penicilin V 400 mg", [], ["Dị ứng Penicillin"])).toEqual({
    kind: "allergy",
    to: "Dị ứng Penicillin",
  });
  expect(caution("Amlodipin 10 mg", ["Amlodipin 5 mg"], [])).toEqual({ kind: "duplicate" });
  expect(caution("Losartan 50 mg", ["Amlodipin 5 mg"], ["Aspirin 81 mg"])).toBeNull();
  expect(caution("", [""], [])).toBeNull();
});

test("one line of a prescription", () => {
  const drug = { name: "Amlodipin", dose: 0.5, unit: "viên", timesPerDay: 2, days: 30, quantity: 30 };
  expect(line(drug)).toBe("0,5 viên × 2 lần/ngày × 30 ngày = 30 viên");
  expect(quantity(0.5, 1, 7)).toBe(4);
  expect(quantity(0.1, 3, 10)).toBe(3);
  expect(drugProblems({ ...drug, name: " ", days: 91 })).toEqual(["name", "days"]);
});
