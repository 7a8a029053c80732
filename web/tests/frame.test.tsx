/** The frame: the menu of the person closes by itself, and the list of keys holds what works. */
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import type { Me } from "../src/api/types";
import { Frame } from "../src/components/frame";
import { SessionContext } from "../src/context";
import { Layer, useKeys } from "../src/keys";
import { Drafts } from "../src/store/drafts";
import { Outbox } from "../src/store/outbox";
import { ANALYST, sessionOf } from "./someone";

afterEach(cleanup);

const left = vi.fn();

function Behind() {
  useKeys(Layer.Page, { Escape: () => left() });
  return <button type="button">elsewhere</button>;
}

async function frame(me: Me): Promise<void> {
  vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(() => undefined);
  const drafts = await Drafts.open(me.account, me.draftKey, "frame");
  const outbox = new Outbox(drafts, () => undefined);
  const session = sessionOf(me, drafts, outbox);
  render(
    <SessionContext.Provider value={session}>
      <Frame route={{ page: "home" }} handle={{ current: null }} redraw={() => undefined}>
        <Behind />
      </Frame>
    </SessionContext.Provider>,
  );
}

const menu = (): HTMLDetailsElement => document.querySelector(".user") as HTMLDetailsElement;

test("the menu closes by Esc, and when the focus leaves it", async () => {
  await frame(ANALYST);
  const leave = screen.getByText("Đăng xuất");
  menu().open = true;
  const pressed = fireEvent.keyDown(leave, { key: "Escape" });
  expect([pressed, menu().open]).toEqual([false, false]); // nor does the page go back
  menu().open = true;
  fireEvent.focusOut(leave, { relatedTarget: screen.getByText("English") });
  expect(menu().open).toBe(true);
  fireEvent.focusOut(leave, { relatedTarget: screen.getByText("elsewhere") });
  expect(menu().open).toBe(false);
});

test.each([
  ["an analyst", ANALYST, false],
  ["a clinician", { ...ANALYST, clinical: true, records: true }, true],
])("%s is told the keys that work", async (_, me, writes) => {
  await frame(me);
  fireEvent.click(screen.getByRole("button", { name: "Phím tắt" }));
  expect(screen.queryByText("Thêm người mới") !== null).toBe(writes);
  expect(screen.queryByText("Bảng này")).not.toBeNull();
});

test("keys in the list of keys are not the page's", async () => {
  await frame(ANALYST);
  fireEvent.click(screen.getByRole("button", { name: "Phím tắt" }));
  expect(fireEvent.keyDown(screen.getByText("Đóng"), { key: "Escape" })).toBe(true);
  expect(left).not.toHaveBeenCalled();
  fireEvent.keyDown(screen.getByText("elsewhere"), { key: "Escape" });
  expect(left).toHaveBeenCalledOnce();
});
