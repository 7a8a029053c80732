/** What counts as an answer of the server, on a network that loses the half of it. */
import { afterEach, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";

afterEach(() => void vi.unstubAllGlobals());

/** A response whose body breaks off when `lost` says so. */
function broken(status: number, lost: Promise<never>): void {
  vi.stubGlobal("fetch", async () => ({ ok: status < 400, status, json: () => lost }));
}

const reset = (): Promise<never> => Promise.reject(new TypeError("network error"));

test("half of a document is no answer", async () => {
  broken(200, reset());
  await expect(api.profile("p1")).rejects.toBeInstanceOf(NoAnswer);
  broken(201, reset());
  await expect(api.send("/app/api/visits", { id: "v1" })).rejects.toBeInstanceOf(NoAnswer);
});

test("a question that is taken back while its answer arrives has none", async () => {
  const abort = new AbortController();
  const aborted = new DOMException("", "AbortError");
  const lost = new Promise<never>((_, fail) => {
    abort.signal.addEventListener("abort", () => fail(aborted));
  });
  broken(200, lost);
  const asked = api.residents("nguyen", abort.signal);
  await Promise.resolve();
  abort.abort();
  await expect(asked).rejects.toBe(aborted);
});

test("a refusal in the words of a proxy is a refusal", async () => {
  broken(503, reset());
  const refused = await api.me().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect((refused as ApiError).passing).toBe(true);
});
