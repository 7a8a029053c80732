/** A page after a fault: when it asks again by itself, and when it does not. */
import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, NoAnswer } from "../src/api/client";
import { Failure } from "../src/components/feedback";
import { useLoad } from "../src/context";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function shown(load: () => Promise<string>): void {
  function Page() {
    const { data, error } = useLoad("page", load);
    return <p>{data ?? (error ? "fault" : "asking")}</p>;
  }
  render(<Page />);
}

const silence = (): Promise<string> => Promise.reject(new NoAnswer());
const refusal = (status: number) => new ApiError(status, "x", "", null, {});
const settled = () => vi.advanceTimersByTimeAsync(200);

test("an answer that did not come is asked for again after 1, 2 and 4 seconds", async () => {
  const load = vi.fn(silence);
  shown(load);
  await settled();
  for (const [at, seconds] of [1, 2, 4].entries()) {
    expect(load).toHaveBeenCalledTimes(at + 1);
    await vi.advanceTimersByTimeAsync(seconds * 1000 + 200);
  }
  load.mockResolvedValue("there");
  await vi.advanceTimersByTimeAsync(8_200);
  vi.useRealTimers();
  await waitFor(() => screen.getByText("there"));
});

test("the steps end at half a minute, and none follows an answer", async () => {
  const load = vi.fn(silence);
  shown(load);
  await vi.advanceTimersByTimeAsync(300_000);
  const before = load.mock.calls.length;
  load.mockResolvedValue("there");
  await vi.advanceTimersByTimeAsync(31_000);
  expect(load).toHaveBeenCalledTimes(before + 1);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(load).toHaveBeenCalledTimes(before + 1);
});

test.each(["online", "focus"])("%s asks again at once", async (event) => {
  const load = vi.fn(silence);
  shown(load);
  await settled();
  dispatchEvent(new Event(event));
  await settled();
  expect(load).toHaveBeenCalledTimes(2);
});

test.each([
  [503, 2, 3],
  [401, 1, 2], // only a login helps, which may have been in another window
  [404, 1, 1],
])("%d is asked again %d times by time and by the window", async (status, byTime, byWindow) => {
  const load = vi.fn(() => Promise.reject(refusal(status)));
  shown(load);
  await vi.advanceTimersByTimeAsync(1_400);
  expect(load).toHaveBeenCalledTimes(byTime);
  dispatchEvent(new Event("focus"));
  await settled();
  expect(load).toHaveBeenCalledTimes(byWindow);
});

test.each([
  ["no answer", new NoAnswer(), true],
  ["a server that is busy", refusal(503), true],
  ["an ended session, where only a login helps", refusal(401), false],
  ["no such thing", refusal(404), false],
])("the page says that it tries again by itself: %s", (_, error, says) => {
  render(<Failure error={error} retry={() => undefined} />);
  expect(screen.queryByText(/tự thử lại/) !== null).toBe(says);
});

test("a fault leaves what is shown, but nothing of another key", async () => {
  const load = vi.fn(async (key: string) => `list of ${key}`);
  function Page({ ward }: { ward: string }) {
    const { data, error } = useLoad(ward, () => load(ward));
    return <p>{`${ward}: ${data ?? "nothing"}${error ? ", fault" : ""}`}</p>;
  }
  const { rerender } = render(<Page ward="1" />);
  await settled();
  rerender(<Page ward="1" />);
  screen.getByText("1: list of 1");
  load.mockRejectedValue(new NoAnswer());
  rerender(<Page ward="2" />);
  await settled();
  rerender(<Page ward="2" />);
  screen.getByText("2: nothing, fault");
});
