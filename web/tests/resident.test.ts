import { describe, expect, test } from "vitest";
import type { ResidentHit } from "../src/api/types";
import {
  type ResidentForm,
  birthProblem,
  cardDoubts,
  emptyResident,
  isTyped,
  lookalikes,
  needsMother,
  residentProblems,
  toRegistration,
} from "../src/domain/resident";

const TODAY = "2026-11-23";
const form = (part: Partial<ResidentForm> = {}): ResidentForm => ({
  ...emptyResident("", "00004"),
  name: "Nguyễn Thị Đào",
  birth: "01021958",
  sex: "female",
  line: "12 ngõ 5 Đội Cấn",
  ...part,
});

test.each([
  ["nguyễn thị đào", { name: "Nguyễn Thị Đào" }],
  ["099158000123", { cccd: "099158000123" }],
  ["0912 345 678", { phone: "0912345678" }],
  ["GD4010123456789", { bhyt: "GD4010123456789" }],
  ["0912", { name: "" }],
])("what was typed, %j, goes to its field", (typed, part) => {
  expect(emptyResident(typed, "00004")).toMatchObject(part);
});

test("an empty form is empty, and any field makes it typed", () => {
  const empty = emptyResident("", "00004");
  expect(isTyped(empty)).toBe(false);
  expect(isTyped({ ...empty, name: "  " })).toBe(false);
  for (const field of ["name", "birth", "sex", "line", "hamlet", "cccd", "bhyt", "phone", "motherName"]) {
    expect(isTyped({ ...empty, [field]: "male" }), field).toBe(true);
  }
});

test("four fields are enough", () => {
  expect(residentProblems(form(), TODAY)).toEqual([]);
  expect(residentProblems(emptyResident("", ""), TODAY)).toEqual(["name", "birth", "sex", "line"]);
});

test("numbers that cannot be are named", () => {
  const bad = form({ cccd: "123", bhyt: "XX", phone: "123" });
  expect(residentProblems(bad, TODAY)).toEqual(["cccd", "bhyt", "phone"]);
});

test("a child under six needs its mother", () => {
  const child = form({ birth: "01012024" });
  expect(needsMother(child, TODAY)).toBe(true);
  expect(residentProblems(child, TODAY)).toEqual(["motherName"]);
  expect(needsMother(form({ birth: "2020" }), TODAY)).toBe(false);
});

test("the card's digits are compared with sex and year", () => {
  expect(cardDoubts(form({ cccd: "099158000123" }), TODAY)).toEqual([]);
  expect(cardDoubts(form({ cccd: "099058000123" }), TODAY)).toEqual(["sex"]);
  expect(cardDoubts(form({ cccd: "099160000123" }), TODAY)).toEqual(["year"]);
  expect(cardDoubts(form({ cccd: "099160000123", birth: "66t" }), TODAY)).toEqual([]);
});

describe("who may be the same person", () => {
  const hit = (part: Partial<ResidentHit>): ResidentHit => ({
    id: "r",
    name: "Nguyễn Thị Đào",
    sex: "female",
    birthDate: "1958-02-01",
    ...part,
  });
  const why = (part: Partial<ResidentForm>, found: Partial<ResidentHit>): string | undefined =>
    lookalikes(form(part), [hit(found)], TODAY)[0]?.why;

  test("same name and birth date", () => expect(why({}, {})).toBe("sameBirth"));
  test("a partial date on one side", () => {
    expect(why({ birth: "1958" }, {})).toBe("sameBirth");
    expect(why({}, { birthDate: "1958" })).toBe("sameBirth");
  });
  test("a similar name with the same birth date", () =>
    expect(why({ name: "Nguyen Dao" }, {})).toBe("sameBirth"));
  test("another birth date", () => expect(why({}, { birthDate: "1970-01-01" })).toBeUndefined());
  test("the last digits of the card", () =>
    expect(why({ cccd: "099158000123", birth: "1970" }, { cccdTail: "123" })).toBe("sameCard"));
});

test("the document", () => {
  const sent = toRegistration(form({ name: " Nguyễn  Thị Đào ", cccd: "0991 5800 0123", hamlet: "Tổ 4" }), TODAY);
  expect(sent).toMatchObject({
    name: "Nguyễn Thị Đào",
    birthDate: "1958-02-01",
    sex: "female",
    cccd: "099158000123",
    ward: "00004",
    ethnicity: "01",
    address: { line: "12 ngõ 5 Đội Cấn", hamlet: "Tổ 4" },
  });
  expect(sent).not.toHaveProperty("phone");
});

test("a date of birth says what is wrong with it", () => {
  const of = (birth: string) => birthProblem(form({ birth }), TODAY);
  expect([of("1958"), of(""), of("31/2/1958"), of("2030"), of("1800"), of("x")]).toEqual([
    null,
    "empty",
    "noSuchDay",
    "future",
    "tooLongAgo",
    "unreadable",
  ]);
});
