/** Where the keyboard and a screen reader are after a move to another page: at its heading. */
import { useEffect, useRef } from "preact/hooks";

/**
 * Focus the heading of `page` once it is drawn, unless a field has the focus by then: the first of
 * a form, or the search box of somebody who types on. Not for the first page, which was loaded.
 */
export function usePageFocus(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    const main = document.getElementById("main");
    if (!main || page === before.current) return;
    before.current = page;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const heading = main.querySelector("h1");
      if (!heading) return;
      drawn.disconnect();
      // After the effects of the page, in which a form puts the cursor into its first field.
      requestAnimationFrame(() => {
        timer = setTimeout(() => takeFocus(heading));
      });
    };
    const drawn = new MutationObserver(look);
    drawn.observe(main, { childList: true, subtree: true });
    look();
    return () => {
      drawn.disconnect();
      clearTimeout(timer);
    };
  }, [page]);
}

/** The first field of a form that is drawn: whoever is typing by then, in the search box, stays there. */
export function focusFirst(field: HTMLElement | null): void {
  if (!document.activeElement?.matches("input, textarea, select, dialog *")) field?.focus();
}

function takeFocus(heading: HTMLElement): void {
  if (document.activeElement?.matches("input, textarea, select, main *, dialog *")) return;
  heading.tabIndex = -1;
  heading.focus();
}
