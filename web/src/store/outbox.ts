/**
 * Sends what was handed over, once: a document waits as a draft until the server acknowledges it.
 *
 * The document's id is its Idempotency-Key, so sending again after a lost reply changes nothing.
 * Tries again when the network or the window comes back, and by a timer that grows to half a minute.
 * Windows of one person share the drafts: each tells the others what became of a document.
 */
import { ApiError, NoAnswer, api } from "../api/client";
import type { Drafts, Kept, Kind, State } from "./drafts";

export interface Outgoing extends Kept {
  document: { id: string };
}

/** Why the server has not acknowledged it yet. */
export type Reason = "network" | "session" | "server";

export type Outcome =
  | { result: "sent"; id: string }
  | { result: "waiting"; reason: Reason }
  | { result: "refused"; error: ApiError }
  /** Neither there nor kept here: only its form has it. */
  | { result: "unkept" };

export interface Status {
  waiting: number;
  reason: Reason | null;
  /** What the server refused and nobody has corrected yet. */
  refused: number;
}

/** What became of a document, whichever window sent it. */
export interface News {
  kind: Kind;
  subject: string;
  document: string;
  outcome: Outcome;
}
type Listener = (news: News) => void;

const PATHS = { visit: "/app/api/visits", resident: "/app/api/residents" } as const;
const FIRST_MS = 2_000;
const LAST_MS = 30_000;

export class Outbox {
  private readonly listeners = new Set<Listener>();
  private delay = FIRST_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly running = new Map<string, Promise<Outcome>>();
  private readonly windows: BroadcastChannel;
  status: Status = { waiting: 0, reason: null, refused: 0 };

  constructor(
    private readonly drafts: Drafts,
    private readonly onChange: (status: Status) => void,
  ) {
    this.windows = new BroadcastChannel(`tram-sent/${drafts.owner}`);
    this.windows.onmessage = ({ data }: MessageEvent<News | null>) => {
      if (data) this.tell(revived(data));
      void this.note(data?.outcome ?? null);
    };
  }

  /** Be told what became of every document, whichever window sent it; answers the way to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(news: News): void {
    for (const listener of this.listeners) listener(news);
  }

  /** Keep `value` safe, then send its document; a second call meanwhile joins the first. */
  send(kind: Kind, subject: string, value: Outgoing, isKept = false): Promise<Outcome> {
    const { id } = value.document;
    const running = this.running.get(id);
    if (running) return running;
    const outcome = this.deliver(kind, subject, value, isKept)
      .finally(() => this.running.delete(id))
      .then((known) => {
        const news: News = { kind, subject, document: id, outcome: known };
        this.tell(news);
        this.windows.postMessage(sendable(news));
        return known;
      });
    this.running.set(id, outcome);
    return outcome;
  }

  private async deliver(kind: Kind, subject: string, value: Outgoing, isKept: boolean): Promise<Outcome> {
    const { id } = value.document;
    // A full disk, or another window's document in this place, is no reason not to send it.
    const kept = isKept || (await settles(this.drafts.put(kind, subject, value, "waiting")));
    let outcome = await post(kind, value);
    if (outcome.result === "sent") await settles(this.drafts.remove(kind, subject, id, "waiting"));
    if (outcome.result === "refused") await settles(this.drafts.put(kind, subject, value, "refused"));
    if (outcome.result === "waiting" && !kept) outcome = { result: "unkept" };
    await settles(this.note(outcome));
    return outcome;
  }

  /** Keep what is being written. */
  async keep(kind: Kind, subject: string, value: Kept): Promise<void> {
    await this.drafts.put(kind, subject, value);
    if (this.status.refused) await this.changed();
  }

  /** Drop what is being written. */
  async drop(kind: Kind, subject: string, document: string): Promise<void> {
    await this.drafts.remove(kind, subject, document);
    await this.changed();
  }

  /** Take back what waits, to go on writing; false when a send under way has brought it there. */
  async recall(kind: Kind, subject: string, value: Outgoing): Promise<boolean> {
    const running = await this.running.get(value.document.id);
    if (running?.result === "sent") return false;
    await settles(this.drafts.put(kind, subject, value, "editing", true));
    await this.changed();
    return true;
  }

  private async changed(): Promise<void> {
    this.windows.postMessage(null);
    await this.note(null);
  }

  /** Send everything that waits, oldest first; stops at the first that still cannot go. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.running.values()); // one that has just failed is not this attempt
    const waiting = (await this.drafts.list()).filter((draft) => draft.state === "waiting");
    for (const { kind, subject } of waiting.reverse()) {
      const draft = await this.drafts.get<Outgoing>(kind, subject);
      if (draft?.state !== "waiting") continue; // taken back while one before it was sent
      const outcome = await this.send(kind, subject, draft.value, true);
      if (outcome.result === "waiting") return;
    }
    await this.note(null);
  }

  private async note(outcome: Outcome | null): Promise<void> {
    const drafts = await this.drafts.list();
    const count = (state: State): number => drafts.filter((draft) => draft.state === state).length;
    const waiting = count("waiting");
    const reason = outcome?.result === "waiting" ? outcome.reason : null;
    this.status = {
      waiting,
      reason: waiting ? (reason ?? this.status.reason) : null,
      refused: count("refused"),
    };
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

/** Whether it could be done. */
const settles = (work: Promise<void>): Promise<boolean> => work.then(() => true, () => false);

/** Between windows an error is a plain object, or it would lose what it says. */
function sendable(news: News): News {
  const { outcome } = news;
  if (outcome.result !== "refused") return news;
  const error = { ...outcome.error, message: outcome.error.message };
  return { ...news, outcome: { result: "refused", error: error as ApiError } };
}

function revived(news: News): News {
  const { outcome } = news;
  if (outcome.result !== "refused") return news;
  const { status, code, message, field, body } = outcome.error;
  return { ...news, outcome: { result: "refused", error: new ApiError(status, code, message, field, body) } };
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
