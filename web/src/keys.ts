/**
 * The keyboard map: one listener, layers of handlers, the deepest layer first.
 *
 * Plain letters are never bound: Telex and VNI use them (docs/web.md, "Keyboard").
 */
import { useLayoutEffect, useRef } from "preact/hooks";

/** Return false to let a lower layer, or the browser, have the key. */
export type KeyMap = Record<string, (event: KeyboardEvent) => boolean | void>;

export const Layer = { App: 0, Page: 1, Dialog: 2 } as const;
type Layer = (typeof Layer)[keyof typeof Layer];

interface Entry {
  layer: Layer;
  map: { current: KeyMap };
}

const entries: Entry[] = [];

/** "Control+Enter", "F2", "/", … ; Cmd counts as Control. */
function nameOf(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey ? "Control+" : "";
  return `${control}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
}

let touched = Date.now();
for (const kind of ["keydown", "pointerdown"]) {
  addEventListener(kind, () => (touched = Date.now()), { capture: true, passive: true });
}

/** Milliseconds since the last key or pointer. */
export function idleFor(): number {
  return Date.now() - touched;
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable]"));
}

/** Enter in a field never sends a form: a slip, or a scanner, would save half a page. */
export function keepEnter(event: KeyboardEvent): void {
  const plain = event.key === "Enter" && !event.ctrlKey && !event.metaKey;
  if (plain && event.target instanceof HTMLInputElement) event.preventDefault();
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && isTyping(event)) return;
  for (const { map } of entries) {
    const handler = map.current[name];
    if (!handler || handler(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/** Bind `map` while the component is shown. */
export function useKeys(layer: Layer, map: KeyMap): void {
  const latest = useRef(map);
  latest.current = map;
  // Before the page is painted: a fast typist's first key must not be lost.
  useLayoutEffect(() => {
    const entry = { layer, map: latest };
    entries.push(entry);
    entries.sort((a, b) => b.layer - a.layer);
    if (entries.length === 1) window.addEventListener("keydown", handleKey);
    return () => {
      entries.splice(entries.indexOf(entry), 1);
      if (!entries.length) window.removeEventListener("keydown", handleKey);
    };
  }, [layer]);
}
