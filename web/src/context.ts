/** What every page needs: who is logged in, their drafts, and the frame's services. */
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, NoAnswer } from "./api/client";
import type { Me } from "./api/types";
import type { Drafts } from "./store/drafts";
import type { Outbox, Status } from "./store/outbox";

export interface Session {
  me: Me;
  drafts: Drafts;
  outbox: Outbox;
  status: Status;
  /** The session has ended on the server; drafts are still safe. */
  expired: boolean;
  /** Put the cursor into the search box; `visit` opens a visit for the person chosen. */
  search: (purpose: "profile" | "visit") => void;
  /** Say something for a few seconds. */
  say: (text: string) => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useApp(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useApp outside of a session");
  return session;
}

export interface Loaded<T> {
  data: T | null;
  error: unknown;
  reload: () => void;
}

/** Load when the page opens, when `key` changes, and again by itself after a fault that may pass. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | null; error: unknown }>({
    key,
    data: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    load().then(
      (data) => current && setState({ key, data, error: null }),
      // What is there stays, unless it is of another key.
      (error: unknown) =>
        current &&
        setState((last) => ({ key, data: last.key === key ? last.data : null, error })),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  const reload = (): void => setTurn((last) => last + 1);
  const fresh = state.key === key;
  const error = fresh ? state.error : null;
  useRetries(error, reload);
  return { data: fresh ? state.data : null, error, reload };
}

const FIRST_MS = 1_000;
const LAST_MS = 30_000;

/** Whether time alone may help: no answer came, or the server could not give one. */
export function triesAgain(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof ApiError && error.passing && !error.loggedOut);
}

/** Load anew when a visit was sent, from whichever window: of `resident`, or of anybody. */
export function useSentVisits(reload: () => void, resident?: string): void {
  const { outbox } = useApp();
  useEffect(
    () =>
      outbox.listen(({ kind, subject, outcome }) => {
        if (outcome.result !== "sent" || kind !== "visit") return;
        if (!resident || subject === resident) reload();
      }),
    [outbox, resident],
  );
}

/**
 * Try again while `error` may pass: after 1 s, 2 s, 4 s … 30 s, and at once when the network or
 * the window comes back. Each failure is another `error`; null begins the steps anew.
 */
export function useRetries(error: unknown, again: () => void): void {
  const steps = useRef(0);
  useEffect(() => {
    if (!error) steps.current = 0;
    const loggedOut = error instanceof ApiError && error.loggedOut;
    if (!loggedOut && !triesAgain(error)) return;
    const look = (): void => {
      if (!document.hidden) again();
    };
    // Without a session time alone helps nobody; a login in another window may.
    const timer =
      loggedOut
        ? undefined
        : setTimeout(look, Math.min(FIRST_MS * 2 ** steps.current++, LAST_MS));
    const stop = whenBack(look);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [error]);
}

/** Do something whenever the network or the window comes back; answers the way to stop. */
export function whenBack(work: () => void): () => void {
  addEventListener("online", work);
  addEventListener("focus", work);
  document.addEventListener("visibilitychange", work);
  return () => {
    removeEventListener("online", work);
    removeEventListener("focus", work);
    document.removeEventListener("visibilitychange", work);
  };
}

/** The page's title, without names: it shows in the history and on a shared screen. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Trạm`;
  }, [title]);
}
