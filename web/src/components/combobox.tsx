/**
 * One typeahead for codes and drugs, by the WAI-ARIA combobox pattern with a listbox popup
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). The first hit is selected; Enter takes it.
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { triesAgain, useRetries } from "../context";
import { t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
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
  const { active, unpick, move, pointed } = useActive(choices.map(props.keyOf), settled);
  const [pending, setPending] = useState(false);
  const shut = (): void => {
    setOpen(false);
    setPending(false);
    unpick();
  };
  const take = (choice: T | undefined): void => {
    setPending(false);
    if (!choice || props.blocked?.(choice)) return;
    shut();
    props.onChoose(choice);
  };
  // Enter pressed before the answer came: the first hit is taken when it comes.
  useEffect(() => {
    if (pending && settled) take(choices[0]);
  }, [pending, settled]);
  // Until then nothing is saved: it would be the words, and not what they were to choose.
  useKeys(Layer.Dialog, pending ? { "Control+Enter": () => undefined } : {});

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      setOpen(true);
      setPending(false);
      move(by);
    } else if (event.key === "Enter" && !event.ctrlKey && open) {
      event.preventDefault();
      if (choices[active]) take(choices[active]);
      else if (!settled) setPending(true);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      shut();
    }
  };

  useVisible(open && choices[active] ? `${id}-${active}` : null);
  const shown = open && (choices.length > 0 || ((settled || Boolean(error)) && props.value.trim() !== ""));
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
        onBlur={shut}
        onInput={(event) => {
          setOpen(true);
          setPending(false);
          unpick();
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
              {...pointed(props.keyOf(choice), () => take(choice))}
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
 * `answered` is the text that they are for: when it is the one wanted, they are settled. After a
 * fault that may pass it asks again by itself, and they are not.
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
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      load(text, abort.signal).then(
        (choices) => abort.signal.aborted || setState({ text, choices, error: null }),
        (error: unknown) => abort.signal.aborted || setState({ text, choices: [], error }),
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, wanted, turn]);
  const { text: answered, choices, error } = state;
  useRetries(wanted && answered === text ? error : null, () => setTurn((last) => last + 1));
  return { choices, answered, settled: answered === text && !triesAgain(error), error };
}

/**
 * Which row is selected: none (-1) until the answer is there, then its first, until a person picks
 * one. That one stays selected where the list moves, and none is when it has left the list: Enter
 * and a click take what was seen, or nothing.
 */
export function useActive(keys: string[], settled: boolean) {
  const [picked, setPicked] = useState<string | null>(null);
  const active = picked === null ? (settled ? 0 : -1) : keys.indexOf(picked);
  return {
    active,
    unpick: (): void => setPicked(null),
    /** The next row or the one before; past the last one begins anew. */
    move: (by: number): void => {
      const from = active < 0 && by < 0 ? 0 : active;
      setPicked(keys.at((from + by) % keys.length) ?? null);
    },
    /** For the row of `key`: a list that moves under a pointer at rest is no choice of a person. */
    pointed: (key: string, take: () => void) => ({
      onMouseMove: () => setPicked(key),
      onClick: (event: MouseEvent) => {
        const byPointer = event.detail > 0;
        if (!byPointer || key === picked) take();
      },
    }),
  };
}

/** Keep the selected row in sight, below the page's edge too. */
export function useVisible(id: string | null): void {
  useEffect(() => {
    if (id) document.getElementById(id)?.scrollIntoView?.({ block: "nearest" });
  }, [id]);
}
