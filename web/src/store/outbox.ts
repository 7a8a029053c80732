/**
 * Sends what was handed over, once: a document waits as a draft until the server acknowledges it.
 *
 * The document's id is its Idempotency-Key, so sending again after a lost reply changes nothing.
 * Tries again when the network or the window comes back, and by a timer that grows to half a minute.
 * Windows of one person share the drafts: the one that sends a document tells the others.
 */
import { ApiError, NoAnswer, api } from "../api/client";
import type { Drafts, Kind } from "./drafts";

export interface Outgoing {
  document: { id: string };
}

/** Why the server has not acknowledged it yet. */
export type Reason = "network" | "session" | "server";

export type Outcome =
  | { result: "sent"; id: string }
  | { result: "waiting"; reason: Reason }
  | { result: "refused"; error: ApiError };

export interface Status {
  waiting: number;
  reason: Reason | null;
}

type Listener = (kind: Kind, subject: string, id: string) => void;
type Sent = Parameters<Listener>;

const PATHS = { visit: "/app/api/visits", resident: "/app/api/residents" } as const;
const FIRST_MS = 2_000;
const LAST_MS = 30_000;

export class Outbox {
  private readonly listeners = new Set<Listener>();
  private delay = FIRST_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly running = new Map<string, Promise<Outcome>>();
  private readonly windows: BroadcastChannel;
  status: Status = { waiting: 0, reason: null };

  constructor(
    private readonly drafts: Drafts,
    private readonly onChange: (status: Status) => void,
  ) {
    this.windows = new BroadcastChannel(`tram-sent/${drafts.owner}`);
    this.windows.onmessage = ({ data }: MessageEvent<Sent>) => {
      this.tell(data);
      void this.note(null);
    };
  }

  /** Be told of every acknowledged document, whichever window sent it; answers the way to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(sent: Sent): void {
    for (const listener of this.listeners) listener(...sent);
  }

  /** Keep `value` safe, then send its document; a second call meanwhile joins the first. */
  send(kind: Kind, subject: string, value: Outgoing): Promise<Outcome> {
    const key = `${kind}/${subject}`;
    const running = this.running.get(key);
    if (running) return running;
    const outcome = this.deliver(kind, subject, value).finally(() => this.running.delete(key));
    this.running.set(key, outcome);
    return outcome;
  }

  private async deliver(kind: Kind, subject: string, value: Outgoing): Promise<Outcome> {
    await this.drafts.put(kind, subject, value, "waiting");
    const outcome = await post(kind, value);
    if (outcome.result === "sent") {
      await this.drafts.remove(kind, subject);
      const sent: Sent = [kind, subject, outcome.id];
      this.tell(sent);
      this.windows.postMessage(sent);
    }
    if (outcome.result === "refused") await this.drafts.put(kind, subject, value, "editing");
    await this.note(outcome);
    return outcome;
  }

  /** Take back what waits, to go on writing; false when a send under way has brought it there. */
  async recall(kind: Kind, subject: string, value: Outgoing): Promise<boolean> {
    const running = await this.running.get(`${kind}/${subject}`);
    if (running?.result === "sent") return false;
    await this.drafts.put(kind, subject, value, "editing");
    await this.note(null);
    return true;
  }

  /** Send everything that waits, oldest first; stops at the first that still cannot go. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.running.values()); // one that has just failed is not this attempt
    const waiting = (await this.drafts.list()).filter((draft) => draft.state === "waiting");
    for (const { kind, subject } of waiting.reverse()) {
      const draft = await this.drafts.get<Outgoing>(kind, subject);
      if (draft?.state !== "waiting") continue; // taken back while one before it was sent
      const outcome = await this.send(kind, subject, draft.value);
      if (outcome.result === "waiting") return;
    }
    await this.note(null);
  }

  private async note(outcome: Outcome | null): Promise<void> {
    const drafts = await this.drafts.list();
    const waiting = drafts.filter((draft) => draft.state === "waiting").length;
    const reason = outcome?.result === "waiting" ? outcome.reason : null;
    this.status = { waiting, reason: waiting ? (reason ?? this.status.reason) : null };
    this.onChange(this.status);
    clearTimeout(this.timer);
    if (!waiting) this.delay = FIRST_MS;
    // Without a session only a new login helps: the page asks for it, and flushes then.
    else if (this.status.reason !== "session") this.later();
  }

  private later(): void {
    this.timer = setTimeout(() => void this.flush(), this.delay);
    this.delay = Math.min(this.delay * 2, LAST_MS);
  }

  stop(): void {
    this.windows.close();
    clearTimeout(this.timer);
  }
}

async function post(kind: Kind, value: Outgoing): Promise<Outcome> {
  try {
    const reply = await api.send(PATHS[kind], value.document);
    return { result: "sent", id: reply.id };
  } catch (error) {
    if (error instanceof NoAnswer) return { result: "waiting", reason: "network" };
    if (!(error instanceof ApiError)) throw error;
    if (!error.passing) return { result: "refused", error };
    return { result: "waiting", reason: error.loggedOut ? "session" : "server" };
  }
}
