/** Keeps a form as a draft: at most 250 ms after each change, and when the page goes away. */
import { useEffect, useRef, useState } from "preact/hooks";

export type Saved = "clean" | "pending" | "stored" | "failed";

const WAIT_MS = 250;

/** Save `value` whenever it changes while `enabled`; answers what the badge may say. */
export function useAutosave<T>(value: T, enabled: boolean, save: (value: T) => Promise<void>): Saved {
  const [last, setLast] = useState<{ value: T; state: Saved } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef({ value, save, enabled });
  latest.current = { value, save, enabled };
  const first = useRef(value);

  const write = useRef(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    // Handed over or dropped since, and on a slow machine the effect below is late.
    if (!latest.current.enabled) return;
    const written = latest.current.value;
    latest.current.save(written).then(
      () => setLast({ value: written, state: "stored" }),
      () => setLast({ value: written, state: "failed" }),
    );
  }).current;

  useEffect(() => {
    if (!enabled) {
      clearTimeout(timer.current);
      timer.current = undefined;
    } else if (value !== first.current) {
      // Not restarted by the next key: whoever types without a pause is saved too.
      timer.current ??= setTimeout(write, WAIT_MS);
    }
  }, [value, enabled]);

  useEffect(() => {
    const leave = (): void => {
      if (timer.current !== undefined) write();
    };
    addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", leave);
    return () => {
      removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", leave);
      leave();
    };
  }, []);
  // Derived: not for one drawing does it say "stored" of what was just typed.
  if (last?.value === value) return last.state;
  return value === first.current || !enabled ? "clean" : "pending";
}
