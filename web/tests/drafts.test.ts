import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, NoAnswer, api } from "../src/api/client";
import { Drafts, Taken } from "../src/store/drafts";
import { Outbox, type Status } from "../src/store/outbox";

const KEY = btoa("k".repeat(32));
const OTHER = btoa("o".repeat(32));
const value = { document: { id: "v1" }, form: { id: "v1", reason: "đau đầu" } };

const said = (reason: string) => ({ form: { id: "v1", reason } });

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
    const writes = ["1", "12", "123"].map((text) => drafts.put("visit", "p1", said(text)));
    await Promise.all(writes);
    expect((await drafts.get<typeof value>("visit", "p1"))?.value.form.reason).toBe("123");
  });

  test("are read as they were last written, also while that is under way", async () => {
    const drafts = await Drafts.open("a", KEY);
    await drafts.put("visit", "p1", said("1"));
    const write = drafts.put("visit", "p1", said("12"));
    expect((await drafts.get<typeof value>("visit", "p1"))?.value.form.reason).toBe("12");
    const another = drafts.put("visit", "p2", said("2"));
    expect(await drafts.list()).toHaveLength(2);
    await Promise.all([write, another]);
  });

  test("a removal is not undone by a write that was under way", async () => {
    const drafts = await Drafts.open("a", KEY);
    const write = drafts.put("visit", "p1", value);
    const removal = drafts.remove("visit", "p1", "v1");
    await Promise.all([write, removal]);
    expect(await drafts.get("visit", "p1")).toBeNull();
  });

  test("of two windows do not displace each other", async () => {
    const drafts = await Drafts.open("a", KEY);
    const second = { form: { id: "v2" } };
    await drafts.put("visit", "p1", value, "waiting");
    for (const state of ["editing", "waiting", "refused"] as const) {
      await expect(drafts.put("visit", "p1", second, state)).rejects.toBeInstanceOf(Taken);
    }
    await expect(drafts.put("visit", "p1", value)).rejects.toBeInstanceOf(Taken); // handed over
    await drafts.remove("visit", "p1", "v2");
    expect(await drafts.get("visit", "p1")).toMatchObject({ state: "waiting", value });
    await drafts.put("visit", "p1", value, "editing", true);
    expect((await drafts.get("visit", "p1"))?.state).toBe("editing");
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
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null, refused: 0 });
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
    await vi.waitFor(() => expect(there.said).toEqual([{ waiting: 0, reason: null, refused: 0 }]));
    const news = { kind: "visit", subject: "p1", document: "v1", outcome: { result: "sent", id: "v1" } };
    expect(heard.mock.calls).toEqual([[news]]);
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
    expect(said.at(-1)).toEqual({ waiting: 1, reason: "network", refused: 0 });
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
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null, refused: 0 });
    await outbox.flush();
    expect(send).toHaveBeenCalledTimes(1);
  });

  test("gives back what waits behind another that is being sent", async () => {
    const { drafts, outbox } = await opened();
    const both = (document: { id: string }) => ({ document, form: document });
    const documents = { p1: both({ id: "v1" }), p2: both({ id: "v2" }) };
    for (const [subject, each] of Object.entries(documents)) {
      await drafts.put("visit", subject, each, "waiting");
    }
    let answer: (reply: { id: string }) => void = () => undefined;
    const send = vi.spyOn(api, "send").mockReset();
    send.mockReturnValue(new Promise((done) => (answer = done)));
    const flushed = outbox.flush();
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(1));
    // Both may be of one millisecond, and then either is the first.
    const behind = (send.mock.calls[0]?.[1] as { id: string }).id === "v1" ? "p2" : "p1";
    expect(await outbox.recall("visit", behind, documents[behind])).toBe(true);
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
    expect((await drafts.get("visit", "p1"))?.state).toBe("refused");
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null, refused: 1 });
    await outbox.keep("visit", "p1", value);
    expect((await drafts.get("visit", "p1"))?.state).toBe("editing");
    expect(said.at(-1)).toEqual({ waiting: 0, reason: null, refused: 0 });
  });

  test("tells every window what the server refused, in its words", async () => {
    const here = await opened();
    const there = await opened();
    const heard = vi.fn();
    there.outbox.listen(heard);
    const error = new ApiError(422, "invalid", "Không được", "reason", { more: 1 });
    vi.spyOn(api, "send").mockRejectedValue(error);
    await here.outbox.send("visit", "p1", value);
    await vi.waitFor(() => expect(heard).toHaveBeenCalled());
    const { outcome } = heard.mock.calls[0]?.[0];
    expect(outcome).toEqual({ result: "refused", error });
    expect(outcome.error).toBeInstanceOf(ApiError);
    await vi.waitFor(() => expect(there.said.at(-1)?.refused).toBe(1));
    for (const each of [here, there]) each.outbox.stop();
  });

  test.each([
    ["acknowledged", () => Promise.resolve({ id: "v1" })],
    ["refused", () => Promise.reject(new ApiError(422, "invalid", "", null, {}))],
  ])("what one window took back is not lost when another's send is %s", async (_, reply) => {
    const here = await opened();
    const there = await opened();
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((done) => (answer = done));
    const send = vi.spyOn(api, "send").mockReset().mockImplementation(() => answered.then(reply));
    const sent = here.outbox.send("visit", "p1", value);
    await vi.waitFor(() => expect(send).toHaveBeenCalled());
    const more = { ...value, form: { id: "v1", reason: "đau đầu, sốt" } };
    expect(await there.outbox.recall("visit", "p1", more)).toBe(true);
    answer();
    await sent;
    expect(await here.drafts.get("visit", "p1")).toMatchObject({ state: "editing", value: more });
    for (const each of [here, there]) each.outbox.stop();
  });

  test("gives each of two documents of one resident its own answer", async () => {
    const { outbox } = await opened();
    vi.spyOn(api, "send").mockImplementation(async (_, { id }) => ({ id }));
    const second = { document: { id: "v2" }, form: { id: "v2" } };
    const sent = [value, second].map((each) => outbox.send("visit", "p1", each));
    const ids = (await Promise.all(sent)).map((outcome) => outcome.result === "sent" && outcome.id);
    expect(ids).toEqual(["v1", "v2"]);
    outbox.stop();
  });

  test("sends what cannot be kept, and promises nothing when it does not get there", async () => {
    const { drafts, outbox } = await opened();
    vi.spyOn(drafts, "put").mockRejectedValue(new DOMException("", "QuotaExceededError"));
    vi.spyOn(api, "send").mockReset().mockRejectedValueOnce(new NoAnswer()).mockResolvedValue({ id: "v1" });
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "unkept" });
    expect(await outbox.send("visit", "p1", value)).toEqual({ result: "sent", id: "v1" });
    outbox.stop();
  });
});
