/**
 * One typeahead for codes and drugs, by the WAI-ARIA combobox pattern with a listbox popup
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). The first hit is selected; Enter takes it.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { t } from "../i18n/texts";
import { explain } from "./feedback";

interface Props<T> {
  label: string;
  placeholder?: string;
  value: string;
  onText: (text: string) => void;
  /** The choices for a text; an empty text asks for the favourites. */
  load: (text: string, signal: AbortSignal) => Promise<T[]>;
  show: (choice: T) => ComponentChildren;
  keyOf: (choice: T) => string;
  blocked?: (choice: T) => string | null | undefined;
  onChoose: (choice: T) => void;
  invalid?: boolean;
  describedBy?: string;
  id?: string;
  hideLabel?: boolean;
}

const WAIT_MS = 120;

export function Combobox<T>(props: Props<T>) {
  const own = useId();
  const id = props.id ?? own;
  const [open, setOpen] = useState(false);
  const { choices, settled, error } = useChoices(props.load, props.value, open);
  const [active, setActive] = useActive(choices);
  const [pending, setPending] = useState(false);
  const take = (choice: T | undefined): void => {
    setPending(false);
    if (!choice || props.blocked?.(choice)) return;
    setOpen(false);
    props.onChoose(choice);
  };
  // Enter pressed before the answer came: the first hit is taken when it comes.
  useEffect(() => {
    if (pending && settled) take(choices[0]);
  }, [pending, settled]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      setOpen(true);
      if (choices.length) setActive((active + move + choices.length) % choices.length);
    } else if (event.key === "Enter" && !event.ctrlKey && open) {
      event.preventDefault();
      if (settled) take(choices[active]);
      else setPending(true);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      setOpen(false);
    }
  };

  useVisible(open && choices[active] ? `${id}-${active}` : null);
  const shown = open && (choices.length > 0 || (settled && props.value.trim() !== ""));
  return (
    <div class="combobox">
      <label for={id} class={props.hideLabel ? "visually-hidden" : undefined}>
        {props.label}
      </label>
      <input
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={props.placeholder}
        value={props.value}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        aria-activedescendant={shown && choices[active] ? `${id}-${active}` : undefined}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onInput={(event) => {
          setOpen(true);
          setPending(false);
          props.onText(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <ul id={`${id}-list`} role="listbox" class="popup" aria-label={props.label}>
          {choices.map((choice, at) => (
            <li
              key={props.keyOf(choice)}
              id={`${id}-${at}`}
              role="option"
              aria-selected={at === active}
              aria-disabled={Boolean(props.blocked?.(choice))}
              // The input keeps the focus, so that typing goes on.
              onMouseDown={(event) => event.preventDefault()}
              onMouseEnter={() => setActive(at)}
              onClick={() => take(choice)}
            >
              {props.show(choice)}
              {props.blocked?.(choice) && <em class="why">{props.blocked(choice)}</em>}
            </li>
          ))}
          {!choices.length && <li class="nothing">{error ? explain(error) : t("choice.none")}</li>}
        </ul>
      )}
    </div>
  );
}

/**
 * The choices for a text, asked for after a short pause; a newer question cancels an older.
 * `answered` is the text that they are for: when it is the one wanted, they are settled.
 */
export function useChoices<T>(
  load: (text: string, signal: AbortSignal) => Promise<T[]>,
  text: string,
  wanted: boolean,
): { choices: T[]; answered: string | null; settled: boolean; error: unknown } {
  const [state, setState] = useState<{ text: string | null; choices: T[]; error: unknown }>({
    text: null,
    choices: [],
    error: null,
  });
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      load(text, abort.signal).then(
        (choices) => setState({ text, choices, error: null }),
        (error: unknown) => abort.signal.aborted || setState({ text, choices: [], error }),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, wanted]);
  const { text: answered, choices, error } = state;
  return { choices, answered, settled: answered === text, error };
}

/** Which row is selected: the first, again and again as the list changes. */
export function useActive(choices: unknown): [number, (at: number) => void] {
  const [state, setState] = useState({ choices, at: 0 });
  return [state.choices === choices ? state.at : 0, (at) => setState({ choices, at })];
}

/** Keep the selected row in sight, below the page's edge too. */
export function useVisible(id: string | null): void {
  useEffect(() => {
    if (id) document.getElementById(id)?.scrollIntoView?.({ block: "nearest" });
  }, [id]);
}
