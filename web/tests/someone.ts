/** Who is at the screen in the tests of pages, and the session that the pages live in. */
import type { Me } from "../src/api/types";
import type { Session } from "../src/context";
import type { Drafts } from "../src/store/drafts";
import type { Outbox } from "../src/store/outbox";

export const NURSE: Me = {
  name: "Lê Thị Hà",
  account: "1",
  draftKey: btoa("k".repeat(32)),
  roles: [],
  wards: [{ code: "00004", name: "Ba Đình" }],
  clinical: true,
  records: true,
  reports: false,
  csrf: "x",
  today: "2026-11-23",
};

export const ANALYST: Me = {
  ...NURSE,
  name: "Trần Xuân Anh",
  wards: [],
  clinical: false,
  records: false,
  reports: true,
};

export function sessionOf(me: Me, drafts: Drafts, outbox: Outbox): Session {
  return {
    me,
    drafts,
    outbox,
    status: { ...outbox.status },
    expired: false,
    search: () => undefined,
    say: () => undefined,
  };
}
