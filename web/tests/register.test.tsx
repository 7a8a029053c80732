/** The page of a new resident: where the cursor goes, and what is said, when it cannot be saved. */
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";
import { SessionContext } from "../src/context";
import { emptyResident } from "../src/domain/resident";
import { ResidentEditor } from "../src/components/register/editor";
import { Drafts } from "../src/store/drafts";
import { Outbox } from "../src/store/outbox";
import { NURSE, sessionOf } from "./someone";

afterEach(cleanup);

async function filled(name: string): Promise<Drafts> {
  vi.spyOn(api, "residents").mockResolvedValue({ residents: [] });
  const drafts = await Drafts.open(NURSE.account, NURSE.draftKey, name);
  const outbox = new Outbox(drafts, () => undefined);
  const session = sessionOf(NURSE, drafts, outbox);
  const whole = {
    ...emptyResident("Lê Thị Thử", "00004"),
    birth: "1960",
    sex: "female" as const,
    line: "2 Đội Cấn",
    cccd: "001160000001",
  };
  render(
    <SessionContext.Provider value={session}>
      <ResidentEditor initial={whole} draft="editing" thenVisit={{ current: false }} writing={{ current: true }} />
    </SessionContext.Provider>,
  );
  return drafts;
}

const save = (): void => {
  fireEvent.click(screen.getByRole("button", { name: /^Lưu Ctrl/ }));
};

test("a refusal puts the cursor into its field, and is gone when something is changed", async () => {
  const message = "Người này đã có hồ sơ tại đây.";
  vi.spyOn(api, "send").mockRejectedValue(new ApiError(409, "already-here", message, "cccd", {}));
  await filled("refused");
  save();
  await waitFor(() => screen.getByRole("alert"));
  const card = screen.getByLabelText(/Số CCCD/) as HTMLInputElement;
  await waitFor(() => expect(document.activeElement).toBe(card));
  fireEvent.input(card, { target: { value: "001160000002" } });
  await waitFor(() => expect(screen.queryByText(message)).toBeNull());
});

test("an ended session asks for a login instead of promising to send by itself", async () => {
  vi.spyOn(api, "send").mockRejectedValue(new ApiError(401, "login", "", null, {}));
  await filled("ended");
  save();
  const login = await waitFor(() => screen.getByRole("link", { name: "Đăng nhập" }));
  screen.getByText(/đăng nhập lại để gửi/);
  expect(screen.queryByText(/tự gửi/)).toBeNull();
  expect(login.getAttribute("href")).toContain("/app/login?next=");
});

test("what waits can be taken back and corrected", async () => {
  const send = vi.spyOn(api, "send").mockRejectedValue(new NoAnswer());
  const drafts = await filled("waits");
  save();
  fireEvent.click(await waitFor(() => screen.getByRole("button", { name: "Sửa tiếp" })));
  await waitFor(() => expect(screen.queryByText("Sửa tiếp")).toBeNull());
  const name = screen.getByLabelText(/Họ và tên/) as HTMLInputElement;
  expect(name.closest("fieldset")?.disabled).toBe(false);
  const [draft] = await drafts.list();
  expect(draft?.state).toBe("editing"); // so that nothing is sent behind the writer's back
  fireEvent.input(name, { target: { value: "Lê Thị Thử Hai" } });
  send.mockReset().mockRejectedValue(new NoAnswer());
  save();
  await waitFor(() => expect(send.mock.lastCall?.[1]).toMatchObject({ name: "Lê Thị Thử Hai" }));
});
