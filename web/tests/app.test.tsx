/** Two windows of one browser, which has one session. */
import { cleanup, render, screen, waitFor } from "@testing-library/preact";
import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { api } from "../src/api/client";
import { App } from "../src/app";
import { NURSE } from "./someone";

afterEach(cleanup);

test("a login of somebody else in another window ends this one's session, until its person is back", async () => {
  history.replaceState(null, "", "/app/hom-nay");
  vi.spyOn(api, "today").mockResolvedValue({ day: NURSE.today, ward: NURSE.wards[0]!, visits: [] });
  const me = vi.spyOn(api, "me").mockResolvedValue(NURSE);
  render(<App />);
  await waitFor(() => screen.getByText(NURSE.name));
  const other = new BroadcastChannel("tram-login");
  me.mockResolvedValue({ ...NURSE, account: "2" });
  await waitFor(() => {
    other.postMessage("2");
    screen.getByText(/Phiên làm việc đã hết/);
  });
  me.mockResolvedValue(NURSE);
  await waitFor(() => {
    dispatchEvent(new Event("focus"));
    expect(screen.queryByText(/Phiên làm việc đã hết/)).toBeNull();
  });
  other.close();
});
