/** A draft is dropped by two decisions, and the quick one keeps it. */
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { Discard } from "../src/components/discard";

vi.spyOn(HTMLDialogElement.prototype, "showModal").mockImplementation(() => undefined);
afterEach(cleanup);

function shown(empty = false) {
  const discard = vi.fn();
  render(<Discard disabled={false} empty={empty} discard={discard} />);
  fireEvent.click(screen.getByText("Bỏ bản nháp"));
  return discard;
}

test("the button asks first, and Enter means no", () => {
  const discard = shown();
  expect(screen.getByText("Bỏ bản nháp này?")).toBeTruthy();
  expect(screen.getByText("Giữ lại").hasAttribute("autofocus")).toBe(true);
  expect(discard).not.toHaveBeenCalled();
});

test("keeping it closes the question and drops nothing", () => {
  const discard = shown();
  fireEvent.click(screen.getByText("Giữ lại"));
  expect(screen.queryByText("Bỏ bản nháp này?")).toBeNull();
  expect(discard).not.toHaveBeenCalled();
});

test("what was said twice is done", () => {
  const discard = shown();
  const [, yes] = screen.getAllByText("Bỏ bản nháp");
  fireEvent.click(yes as HTMLElement);
  expect(discard).toHaveBeenCalledOnce();
});

test("where nothing was typed nothing is asked", () => {
  expect(shown(true)).toHaveBeenCalledOnce();
  expect(screen.queryByText("Bỏ bản nháp này?")).toBeNull();
});
