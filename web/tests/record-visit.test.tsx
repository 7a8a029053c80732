/** The page of a visit keeps its form through everything that happens around it. */
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";
import type { Profile } from "../src/api/types";
import type { VisitDraft } from "../src/components/visit/editor";
import { SessionContext } from "../src/context";
import { emptyVisit } from "../src/domain/visit";
import { ProfilePage } from "../src/pages/profile";
import { RecordVisitPage } from "../src/pages/record-visit";
import { Drafts } from "../src/store/drafts";
import { Outbox } from "../src/store/outbox";
import { NURSE, sessionOf } from "./someone";

const PROFILE: Profile = {
  resident: {
    id: "p1",
    name: "Nguyễn Thị Đào",
    sex: "female",
    birthDate: "1958-02-01",
    cccd: null,
    bhyt: null,
    phone: null,
    address: null,
    ward: null,
    ethnicity: null,
  },
  allergies: [],
  problems: [],
  trends: [],
  prescription: null,
  nextDate: null,
  timeline: [],
};

afterEach(cleanup);

/** Fill what a visit needs and send it; the field of its reason. */
async function sendVisit(): Promise<HTMLElement> {
  const reason = await waitFor(() => screen.getByLabelText(/Lý do khám/));
  fireEvent.input(reason, { target: { value: "Đau đầu" } });
  const box = screen.getByLabelText("Thêm chẩn đoán");
  box.focus();
  fireEvent.input(box, { target: { value: "i10" } });
  await waitFor(() => screen.getByRole("option", { name: /I10/ }));
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => screen.getByText("THA"));
  fireEvent.submit(screen.getByRole("form"));
  return reason;
}

test("a refusal and a new drawing of the page leave what was typed", async () => {
  vi.spyOn(api, "profile").mockResolvedValue(PROFILE);
  vi.spyOn(api, "diagnoses").mockResolvedValue({ diagnoses: [{ code: "I10", display: "THA" }] });
  const send = vi
    .spyOn(api, "send")
    .mockRejectedValue(new ApiError(422, "too-long", "Lý do khám: quá dài.", "reason", {}));
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "page");
  const outbox = new Outbox(drafts, () => draw());
  const page = () => {
    const session = sessionOf(NURSE, drafts, outbox);
    return (
      <SessionContext.Provider value={session}>
        <RecordVisitPage resident="p1" />
      </SessionContext.Provider>
    );
  };
  const { rerender } = render(page());
  let draw = (): void => rerender(page());

  await sendVisit();

  await waitFor(() => screen.getByText(/Chưa lưu được: Lý do khám: quá dài/));
  draw();
  const kept = screen.getByLabelText(/Lý do khám/) as HTMLInputElement;
  expect(kept.value).toBe("Đau đầu");
  fireEvent.submit(screen.getByRole("form"));
  await waitFor(() => expect(send).toHaveBeenCalledTimes(2));
  const ids = send.mock.calls.map(([, document]) => document.id);
  expect(ids[0]).toBe(ids[1]);
  draw = () => undefined; // it would draw this page again at what later tests send
});

test("a half-typed diagnosis or date is pointed out, and removing a line keeps the focus", async () => {
  vi.spyOn(api, "profile").mockResolvedValue(PROFILE);
  vi.spyOn(api, "diagnoses").mockResolvedValue({ diagnoses: [{ code: "I10", display: "THA" }] });
  const send = vi.spyOn(api, "send").mockReset();
  send.mockRejectedValue(new ApiError(403, "forbidden", "Không được.", null, {}));
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "half");
  const outbox = new Outbox(drafts, () => undefined);
  const session = sessionOf(NURSE, drafts, outbox);
  render(
    <SessionContext.Provider value={session}>
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  const type = (field: HTMLElement, value: string): void => {
    fireEvent.input(field, { target: { value } });
  };
  type(await waitFor(() => screen.getByLabelText(/Lý do khám/)), "Đau đầu");
  const box = screen.getByLabelText("Thêm chẩn đoán");
  box.focus();
  type(box, "i10");
  await waitFor(() => screen.getByRole("option", { name: /I10/ }));
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => screen.getByText("THA"));

  type(box, "tiểu đường");
  fireEvent.change(screen.getByLabelText("Hẹn khám lại"), { target: { value: "own" } });
  const own = await waitFor(() => document.getElementById("next-date-own") as HTMLElement);
  type(own, "31/2/2027");
  fireEvent.submit(screen.getByRole("form"));
  await waitFor(() => screen.getByText(/Chưa chọn mã cho “tiểu đường”/));
  screen.getByText(/Không có ngày này/);
  expect(send).not.toHaveBeenCalled();

  fireEvent.click(screen.getByRole("button", { name: "Bỏ I10" }));
  expect(document.activeElement).toBe(box);
  fireEvent.click(screen.getByRole("button", { name: /Thêm thuốc/ }));
  const dose = await waitFor(() => screen.getByLabelText("Thuốc 1: liều mỗi lần"));
  type(dose, "0");
  fireEvent.submit(screen.getByRole("form"));
  await waitFor(() => screen.getByText(/Nhập tên thuốc.* Liều mỗi lần phải trên 0/));
  expect(document.getElementById(dose.getAttribute("aria-describedby") ?? "")).not.toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Bỏ thuốc 1" }));
  expect(document.activeElement?.id).toBe("add-drug");

  // A refusal of the whole leaves the focus at the button, and is gone once something is changed.
  type(box, "i10");
  await waitFor(() => screen.getByRole("option", { name: /I10/ }));
  fireEvent.keyDown(box, { key: "Enter" });
  type(own, "5/1/27");
  fireEvent.submit(screen.getByRole("form"));
  await waitFor(() => screen.getByText(/Chưa lưu được: Không được/));
  await waitFor(() => expect(document.activeElement?.id).toBe("save"));
  type(screen.getByLabelText(/Lý do khám/), "Ho");
  await waitFor(() => expect(screen.queryByText(/Chưa lưu được/)).toBeNull());
});

test("what another tab sent already is shown as recorded, and the draft can be dropped there", async () => {
  vi.spyOn(api, "profile").mockResolvedValue(PROFILE);
  vi.spyOn(api, "diagnoses").mockResolvedValue({ diagnoses: [{ code: "I10", display: "THA" }] });
  const send = vi.spyOn(api, "send").mockReset();
  send.mockRejectedValue(new ApiError(422, "key-reused", "Đã được lưu.", null, {}));
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "reused");
  const outbox = new Outbox(drafts, () => undefined);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  const reason = await sendVisit();

  const link = await waitFor(() => screen.getByRole("link", { name: "Xem lượt khám đã lưu" }));
  expect(link.getAttribute("href")).toBe(`/app/nguoi-dan/p1/kham/${send.mock.calls[0]?.[1].id}`);
  expect(screen.queryByRole("button", { name: /^Lưu/ })).toBeNull();
  screen.getByRole("button", { name: "Bỏ bản nháp" });
  // Whoever writes on has another form, which can be saved or refused again.
  fireEvent.input(reason, { target: { value: "Ho" } });
  await waitFor(() => screen.getByRole("button", { name: /^Lưu Ctrl/ }));
});

test("a draft that is opened without the network learns of its person when the network is back", async () => {
  const profile = vi.spyOn(api, "profile").mockRejectedValue(new NoAnswer());
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "away");
  const form = emptyVisit({ id: "p1", name: "Đào", insured: false, ward: "" }, NURSE.today, new Date());
  const draft: VisitDraft = { form: { ...form, reason: "Ho" } };
  await drafts.put("visit", "p1", draft);
  const outbox = new Outbox(drafts, () => undefined);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  const reason = (await waitFor(() => screen.getByLabelText(/Lý do khám/))) as HTMLInputElement;
  await waitFor(() => screen.getByText(/tự thử lại/));
  fireEvent.input(reason, { target: { value: "Ho khan" } });
  profile.mockResolvedValue({ ...PROFILE, allergies: ["Penicilin"] });
  dispatchEvent(new Event("online"));
  await waitFor(() => screen.getByText("Penicilin"));
  expect(reason.isConnected && reason.value).toBe("Ho khan");
});

test("a form that is drawn late takes the cursor from nobody who is typing", async () => {
  let loaded: (profile: Profile) => void = () => undefined;
  vi.spyOn(api, "profile").mockReturnValue(new Promise((done) => (loaded = done)));
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "typing");
  const outbox = new Outbox(drafts, () => undefined);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <input aria-label="search" />
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  screen.getByLabelText("search").focus();
  loaded(PROFILE);
  await waitFor(() => screen.getByLabelText(/Lý do khám/));
  await new Promise((done) => setTimeout(done, 100)); // its effects come after the drawing
  expect(document.activeElement).toBe(screen.getByLabelText("search"));
});

test("a visit that waits is opened again when a later try is refused", async () => {
  vi.spyOn(api, "profile").mockResolvedValue(PROFILE);
  vi.spyOn(api, "diagnoses").mockResolvedValue({ diagnoses: [{ code: "I10", display: "THA" }] });
  const refusal = new ApiError(422, "too-long", "Lý do khám: quá dài.", "reason", {});
  vi.spyOn(api, "send").mockReset().mockRejectedValueOnce(new NoAnswer()).mockRejectedValue(refusal);
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "later");
  const outbox = new Outbox(drafts, () => undefined);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  const reason = await sendVisit();
  await waitFor(() => screen.getByText(/Mất kết nối/));
  expect(reason.closest("fieldset")?.disabled).toBe(true);
  await outbox.flush();
  await waitFor(() => screen.getByText(/Chưa lưu được: Lý do khám: quá dài/));
  expect(reason.closest("fieldset")?.disabled).toBe(false);
  outbox.stop();
});

test("a form that is being written stays when another window sends an earlier text of it", async () => {
  vi.spyOn(api, "profile").mockResolvedValue(PROFILE);
  vi.spyOn(api, "send").mockReset().mockResolvedValue({ id: "v1" });
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "both");
  const form = emptyVisit({ id: "p1", name: "Đào", insured: false, ward: "" }, NURSE.today, new Date());
  const draft: VisitDraft = { form: { ...form, reason: "Ho" } };
  await drafts.put("visit", "p1", draft);
  const outbox = new Outbox(drafts, () => undefined);
  const heard = vi.fn();
  outbox.listen(heard);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <RecordVisitPage resident="p1" />
    </SessionContext.Provider>,
  );
  const reason = (await waitFor(() => screen.getByLabelText(/Lý do khám/))) as HTMLInputElement;
  fireEvent.input(reason, { target: { value: "Ho khan" } });
  const other = new Outbox(await Drafts.open(NURSE.account, NURSE.draftKey, "both"), () => undefined);
  await other.send("visit", "p1", { ...draft, document: { id: form.id } });
  await waitFor(() => expect(heard).toHaveBeenCalled());
  expect(reason.isConnected && reason.value).toBe("Ho khan");
  expect(location.pathname).not.toBe("/app/nguoi-dan/p1");
  for (const each of [outbox, other]) each.stop();
});

test("a profile is loaded anew when a visit of its person was sent", async () => {
  const profile = vi.spyOn(api, "profile").mockReset().mockResolvedValue(PROFILE);
  vi.spyOn(api, "send").mockReset().mockResolvedValue({ id: "v1" });
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, "anew");
  const outbox = new Outbox(drafts, () => undefined);
  render(
    <SessionContext.Provider value={sessionOf(NURSE, drafts, outbox)}>
      <ProfilePage resident="p1" />
    </SessionContext.Provider>,
  );
  await waitFor(() => screen.getByText(PROFILE.resident.name));
  const send = (who: string) => outbox.send("visit", who, { form: { id: who }, document: { id: who } });
  await send("p2");
  profile.mockResolvedValue({ ...PROFILE, allergies: ["Penicilin"] });
  await send("p1");
  await waitFor(() => screen.getByText("Penicilin"));
  expect(profile).toHaveBeenCalledTimes(2);
  outbox.stop();
});
