/** The typeahead of codes and drugs while its answer is awaited. */
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NoAnswer } from "../src/api/client";
import { Combobox } from "../src/components/combobox";
import { Layer, useKeys } from "../src/keys";

const chosen = vi.fn();
const saved = vi.fn();
let answer: (found: string[]) => void;
let fail: (error: unknown) => void;
const load = vi.fn(
  (_text: string, _signal: AbortSignal) => new Promise<string[]>((done, lost) => ([answer, fail] = [done, lost])),
);

function Form() {
  const [text, setText] = useState("");
  useKeys(Layer.Page, { "Control+Enter": saved });
  return (
    <Combobox<string>
      label="Drug"
      value={text}
      onText={setText}
      load={load}
      show={(name) => name}
      keyOf={(name) => name}
      onChoose={chosen}
    />
  );
}

let box: HTMLInputElement;

beforeEach(async () => {
  vi.clearAllMocks();
  render(<Form />);
  box = screen.getByRole("combobox");
  box.focus();
  fireEvent.input(box, { target: { value: "am" } });
  await waitFor(() => expect(load).toHaveBeenCalled());
  fireEvent.keyDown(box, { key: "Enter" });
});
afterEach(cleanup);

const save = (): boolean => fireEvent.keyDown(box, { key: "Enter", ctrlKey: true });

test("nothing is saved between Enter and the answer, of which the first is taken", async () => {
  await waitFor(() => expect(save()).toBe(false));
  expect(saved).not.toHaveBeenCalled();
  answer(["amlodipin", "amoxicilin"]);
  await waitFor(() => expect(chosen).toHaveBeenCalledExactlyOnceWith("amlodipin"));
  save();
  expect(saved).toHaveBeenCalledOnce();
});

test.each([
  ["goes elsewhere", () => box.blur()],
  ["shuts the list", () => void fireEvent.keyDown(box, { key: "Escape" })],
])("whoever %s before the answer has chosen nothing, then or later", async (_, leave) => {
  leave();
  await waitFor(() => expect(load.mock.calls[0]?.[1].aborted).toBe(true));
  answer(["amlodipin"]);
  box.blur();
  box.focus();
  await waitFor(() => expect(load).toHaveBeenCalledTimes(2));
  answer(["amlodipin"]);
  await waitFor(() => screen.getByRole("option", { selected: true }));
  expect(chosen).not.toHaveBeenCalled();
});

test("a fault that may pass keeps nobody from choosing: it is asked again, and Enter waits for it", async () => {
  fail(new NoAnswer());
  await waitFor(() => screen.getByText(/Không kết nối được máy chủ/));
  fireEvent.keyDown(box, { key: "Enter" });
  await waitFor(() => expect(load).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  expect(chosen).not.toHaveBeenCalled();
  answer(["amlodipin"]);
  await waitFor(() => expect(chosen).toHaveBeenCalledExactlyOnceWith("amlodipin"));
}, 15_000);
