/** A form that was handed over is not put back among the unfinished ones. */
import { act, render } from "@testing-library/preact";
import { options, render as draw } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useAutosave } from "../src/store/autosave";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const save = vi.fn(async () => undefined);

function Form({ text, open }: { text: string; open: boolean }) {
  useAutosave(text, open, save);
  return null;
}

test("what is handed over within the wait is not saved as a draft, however late the page is drawn", () => {
  const { container, rerender } = render(<Form text="" open />);
  rerender(<Form text="Ho" open />);
  const soon = options.requestAnimationFrame;
  options.requestAnimationFrame = () => undefined; // the machine is busy: effects wait
  draw(<Form text="Ho" open={false} />, container);
  vi.advanceTimersByTime(1_000);
  expect(save).not.toHaveBeenCalled();
  if (soon) options.requestAnimationFrame = soon;
  else delete options.requestAnimationFrame;
  act(() => draw(<Form text="Ho!" open />, container));
  vi.advanceTimersByTime(1_000);
  expect(save).toHaveBeenCalledExactlyOnceWith("Ho!");
});
