/** What every page needs: who is logged in, their drafts, and the frame's services. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
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

/** Load when the page opens and when `key` changes. */
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
      (error: unknown) => current && setState((last) => ({ ...last, key, error })),
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  const fresh = state.key === key;
  return {
    data: fresh ? state.data : null,
    error: fresh ? state.error : null,
    reload: () => setTurn((last) => last + 1),
  };
}

/** The page's title, without names: it shows in the history and on a shared screen. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Trạm`;
  }, [title]);
}
