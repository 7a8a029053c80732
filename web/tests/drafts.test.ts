import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";
import { Drafts } from "../src/store/drafts";
import { Outbox, type Status } from "../src/store/outbox";

const KEY = btoa("k".repeat(32));
const OTHER = btoa("o".repeat(32));
const value = { document: { id: "v1" }, form: { reason: "đau đầu" } };

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

async function raw(): Promise<string> {
  const request = indexedDB.open("tram");
  const database = await new Promise<IDBDatabase>((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const all = database.transaction("drafts").objectStore("drafts").getAll();
  const rows = await new Promise<{ sealed: ArrayBuffer }[]>((resolve) => {
    all.onsuccess = () => resolve(all.result);
  });
  database.close();
  return rows.map((row) => Buffer.from(row.sealed).toString("utf-8") + JSON.stringify(row)).join();
}

describe("drafts", () => {
  test("come back, newest text last written", async () => {
    const drafts = await Drafts.open("a", KEY);
    const writes = ["1", "12", "123"].map((text) => drafts.put("visit", "p1", { text }));
    await Promise.all(writes);
    expect((await drafts.get<{ text: string }>("visit", "p1"))?.value.text).toBe("123");
  });

  test("are read as they were last written, also while that is under way", async () => {
    const drafts = await Drafts.open("a", KEY);
    await drafts.put("visit", "p1", { text: "1" });
    const write = drafts.put("visit", "p1", { text: "12" });
    expect((await drafts.get<{ text: string }>("visit", "p1"))?.value.text).toBe("12");
    const another = drafts.put("visit", "p2", { text: "2" });
    expect(await drafts.list()).toHaveLength(2);
    await Promise.all([write, another]);
  });

  test("a removal is not undone by a write that was under way", async () => {
    const drafts = await Drafts.open("a", KEY);
    const write = drafts.put("visit", "p1", value);
    const removal = drafts.remove("visit", "p1");
    await Promise.all([write, removal]);
    expect(await drafts.get("visit", "p1")).toBeNull();
  });

  test("are unreadable on the disk, for another person and with another key", async () => {
    const drafts = await Drafts.open("a", KEY);
    await drafts.put("visit", "p1", value);
    expect(await raw()).not.toContain("đau đầu");
    expect(await (await Drafts.open("b", KEY)).list()).toEqual([]);
    expect(await (await Drafts.open("a", OTHER)).get("visit", "p1")).toBeNull();
    expect(await (await Drafts.open("a", KEY)).list()).toHaveLength(1);
  });

  test("die after seven days", async () => {
    const drafts = await Drafts.open("a", KEY);
    vi.spyOn(Date, "now").mockReturnValueOnce(new Date().getTime() - 8 * 86_400_000);
    await drafts.put("visit", "old", value);
    await drafts.put("visit", "new", value);
    expect((await (await Drafts.open("a", KEY)).list()).map((draft) => draft.subject)).toEqual(["new"]);
  });
});

describe("the outbox", () => {
  async function opened() {
    const drafts = await Drafts.open("a", KEY);
    const said: Status[] = [];
    const outbox = new Outbox(drafts, (status) => said.push(status));
    return { drafts, outbox, said };
  }

  test("forgets what the server acknowledged", async () => {
    const { drafts, outbox, said } = await opened();
    vi.spyOn(api, "send").mockResolvedValue({ id: "v1" });
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "sent", id: "v1" });
    expect(await drafts.list()).toEqual([]);
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null });
  });

  test("tells every other window of the same person, and nobody else's", async () => {
    const here = await opened();
    const there = await opened();
    const other = new Outbox(await Drafts.open("b", KEY), () => expect.unreachable());
    const heard = vi.fn();
    there.outbox.listen(heard);
    other.listen(() => expect.unreachable());
    await there.drafts.put("visit", "p1", value, "waiting");
    vi.spyOn(api, "send").mockResolvedValue({ id: "v1" });
    await here.outbox.flush();
    await vi.waitFor(() => expect(there.said).toEqual([{ waiting: 0, reason: null }]));
    expect(heard.mock.calls).toEqual([["visit", "p1", "v1"]]);
    for (const each of [here.outbox, there.outbox, other]) each.stop();
  });

  test("sends once when it is asked twice", async () => {
    const { outbox } = await opened();
    const send = vi.spyOn(api, "send").mockResolvedValue({ id: "v1" });
    await Promise.all([outbox.send("visit", "p1", value), outbox.send("visit", "p1", value)]);
    expect(send).toHaveBeenCalledTimes(1);
  });

  test("keeps what got no answer, and sends the same document again", async () => {
    const { drafts, outbox, said } = await opened();
    const send = vi.spyOn(api, "send").mockRejectedValueOnce(new NoAnswer()).mockResolvedValue({ id: "v1" });
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "waiting", reason: "network" });
    expect(said.at(-1)).toEqual({ waiting: 1, reason: "network" });
    expect((await drafts.get("visit", "p1"))?.state).toBe("waiting");
    await outbox.flush();
    expect(send.mock.calls).toEqual([
      ["/app/api/visits", value.document],
      ["/app/api/visits", value.document],
    ]);
    expect(await drafts.list()).toEqual([]);
    outbox.stop();
  });

  test("gives back what waits to be written on, and sends it no more", async () => {
    const { drafts, outbox, said } = await opened();
    const send = vi.spyOn(api, "send").mockReset().mockRejectedValueOnce(new NoAnswer());
    await outbox.send("visit", "p1", value);
    expect(await outbox.recall("visit", "p1", value)).toBe(true);
    expect((await drafts.get("visit", "p1"))?.state).toBe("editing");
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null });
    await outbox.flush();
    expect(send).toHaveBeenCalledTimes(1);
  });

  test("gives back what waits behind another that is being sent", async () => {
    const { drafts, outbox } = await opened();
    const documents = { p1: { id: "v1" }, p2: { id: "v2" } };
    for (const [subject, document] of Object.entries(documents)) {
      await drafts.put("visit", subject, { document }, "waiting");
    }
    let answer: (reply: { id: string }) => void = () => undefined;
    const send = vi.spyOn(api, "send").mockReset();
    send.mockReturnValue(new Promise((done) => (answer = done)));
    const flushed = outbox.flush();
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(1));
    // Both may be of one millisecond, and then either is the first.
    const behind = (send.mock.calls[0]?.[1] as { id: string }).id === "v1" ? "p2" : "p1";
    expect(await outbox.recall("visit", behind, { document: documents[behind] })).toBe(true);
    answer({ id: "sent" });
    await flushed;
    expect(send).toHaveBeenCalledTimes(1);
    expect((await drafts.list()).map((each) => [each.subject, each.state])).toEqual([[behind, "editing"]]);
    outbox.stop();
  });

  test("does not give back what is there when the send under way ends", async () => {
    const { drafts, outbox } = await opened();
    let answer: (reply: { id: string }) => void = () => undefined;
    vi.spyOn(api, "send").mockReturnValue(new Promise((done) => (answer = done)));
    const sent = outbox.send("visit", "p1", value);
    const recalled = outbox.recall("visit", "p1", value);
    await vi.waitFor(() => expect(api.send).toHaveBeenCalled());
    answer({ id: "v1" });
    expect(await recalled).toBe(false);
    await sent;
    expect(await drafts.list()).toEqual([]);
  });

  test("asked again while a send fails, it sends once more", async () => {
    const { drafts, outbox } = await opened();
    const ended = new ApiError(403, "stale-page", "", null, {});
    const send = vi.spyOn(api, "send").mockReset().mockRejectedValueOnce(ended);
    send.mockResolvedValue({ id: "v1" });
    await Promise.all([outbox.send("visit", "p1", value), outbox.flush()]);
    expect(send).toHaveBeenCalledTimes(2);
    expect(await drafts.list()).toEqual([]);
  });

  test.each([
    [401, "session"],
    [429, "server"],
    [503, "server"],
  ])("waits after %d", async (status, reason) => {
    const { outbox } = await opened();
    vi.spyOn(api, "send").mockRejectedValue(new ApiError(status, "x", "", null, {}));
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "waiting", reason });
    outbox.stop();
  });

  test("gives back what the server refused, to be corrected", async () => {
    const { drafts, outbox, said } = await opened();
    const error = new ApiError(422, "invalid", "Không được", "reason", {});
    vi.spyOn(api, "send").mockRejectedValue(error);
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "refused", error });
    expect((await drafts.get("visit", "p1"))?.state).toBe("editing");
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null });
  });
});
