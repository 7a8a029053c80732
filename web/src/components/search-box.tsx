/** The search box on every page: who is this? First hit selected, Enter opens, F2 begins a visit. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, api } from "../api/client";
import type { ResidentHit } from "../api/types";
import { age, date } from "../i18n/formats";
import { t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
import { navigate, to } from "../routes";
import { useActive, useChoices, useVisible } from "./combobox";

export type Purpose = "profile" | "visit";
export interface SearchHandle {
  focus: (purpose: Purpose) => void;
}
type Row = { kind: "resident"; hit: ResidentHit } | { kind: "new" } | { kind: "login" };

const keyOf = (row: Row): string => (row.kind === "resident" ? row.hit.id : row.kind);

const LIMIT = 8;
const FEWEST = 2;

const find = async (text: string, signal: AbortSignal): Promise<ResidentHit[]> =>
  text.trim().length < FEWEST ? [] : (await api.residents(text.trim(), signal)).residents;

/** Whether one text is the other, typed on or taken back. */
const isSameSearch = (one: string, other: string): boolean =>
  one.startsWith(other) || other.startsWith(one);

interface Props {
  today: string;
  /** Whether this person registers residents and records visits, or only looks. */
  records: boolean;
  handle: { current: SearchHandle | null };
}

export function SearchBox(props: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [purpose, setPurpose] = useState<Purpose>("profile");
  const [pending, setPending] = useState<Purpose | null>(null);
  const { choices, answered, settled, error } = useChoices(find, text, open);

  // While the next answer is awaited the last one stays in sight: an empty list would flicker. Not
  // so that of another search: its people are not who is looked for.
  const hits = answered !== null && isSameSearch(answered, text) ? choices.slice(0, LIMIT) : [];
  const asked = text.trim().length >= FEWEST;
  const rows: Row[] = hits.map((hit) => ({ kind: "resident", hit }));
  const ended = error instanceof ApiError && error.loggedOut;
  if (asked && settled && ended) rows.push({ kind: "login" });
  if (props.records && asked && settled && !error) rows.push({ kind: "new" });
  const { active, unpick, move, pointed } = useActive(rows.map(keyOf), settled);

  props.handle.current = {
    focus: (next) => {
      setPurpose(next);
      setOpen(true);
      input.current?.focus();
      input.current?.select();
    },
  };
  // Whoever went on writing elsewhere is not taken to another page by a late answer.
  const leave = (): void => {
    setOpen(false);
    setPending(null);
    unpick();
  };
  const close = (): void => {
    leave();
    setText("");
    setPurpose("profile");
    input.current?.blur();
  };
  const take = (row: Row | undefined, why: Purpose): void => {
    if (!row) return;
    close();
    if (row.kind === "login") location.assign(to.login(location.pathname + location.search));
    else if (row.kind === "new") navigate(to.register(), { typed: text.trim() });
    else navigate(why === "visit" ? to.recordVisit(row.hit.id) : to.profile(row.hit.id));
  };
  // Enter pressed before the answer came: it is taken when it comes.
  useEffect(() => {
    if (pending && settled) take(rows[0], pending);
  }, [pending, settled]);

  const decide = (why: Purpose): void => {
    if (!asked) return;
    if (rows[active]) take(rows[active], why);
    else if (!settled) setPending(why);
  };
  const focused = (): boolean => document.activeElement === input.current && open;
  useKeys(Layer.Dialog, {
    F2: () => (props.records && focused() && asked ? decide("visit") : false),
    Escape: () => (focused() ? close() : false),
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && rows.length) {
      event.preventDefault();
      setPending(null);
      move(by);
    } else if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      decide(purpose);
    }
  };

  useVisible(open && rows[active] ? `search-${active}` : null);
  const nobody = settled && !hits.length ? t("search.none") : "";
  const said = error ? (ended ? t("error.loggedOut") : t("search.failed")) : nobody;
  const shown = open && asked;
  return (
    <div class="search combobox" role="search">
      <label for="search" class="visually-hidden">
        {t("search.label")}
      </label>
      <svg class="magnifier" viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="8.5" cy="8.5" r="5.5" />
        <path d="M13 13l5 5" />
      </svg>
      <input
        ref={input}
        id="search"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        placeholder={purpose === "visit" ? t("search.placeholderVisit") : t("search.placeholder")}
        value={text}
        aria-expanded={shown}
        aria-controls="search-list"
        aria-autocomplete="list"
        aria-activedescendant={shown && rows[active] ? `search-${active}` : undefined}
        onFocus={() => setOpen(true)}
        onBlur={leave}
        onInput={(event) => {
          setOpen(true);
          setPending(null);
          unpick();
          setText(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      {shown && (
        <div class={`popup results${settled || hits.length ? "" : " searching"}`}>
          {!settled && !said && !hits.length && <p class="nothing">{t("search.searching")}</p>}
          {said && (
            <p class="nothing" role="status">
              {said}
            </p>
          )}
          <ul id="search-list" role="listbox" aria-label={t("search.results")}>
            {rows.map((row, at) => (
              <li
                key={keyOf(row)}
                id={`search-${at}`}
                role="option"
                class={row.kind === "resident" ? undefined : "add"}
                aria-selected={at === active}
                onMouseDown={(event) => event.preventDefault()}
                {...pointed(keyOf(row), () => take(row, purpose))}
              >
                {row.kind === "resident" && <Hit hit={row.hit} today={props.today} />}
                {row.kind === "login" && t("search.login")}
                {row.kind === "new" && (
                  <>
                    <span aria-hidden="true">+ </span>
                    {t("search.addNew", { text: text.trim() })}
                  </>
                )}
              </li>
            ))}
          </ul>
          {settled && hits.length === LIMIT && (
            <p class="nothing" role="status">
              {t("search.more", { count: LIMIT })}
            </p>
          )}
          {hits.length > 0 && (
            <p class="keys" aria-hidden="true">
              {t(purpose === "visit" ? "search.keysVisit" : "search.keys")}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

function Hit({ hit, today }: { hit: ResidentHit; today: string }) {
  const details = [
    `${date(hit.birthDate)} (${age(hit.birthDate, today)})`,
    t(`sex.${hit.sex}`),
    hit.hamlet,
    hit.cccdTail && t("resident.cccdTail", { tail: hit.cccdTail }),
    hit.motherName && t("resident.mother", { name: hit.motherName }),
  ].filter(Boolean);
  return (
    <>
      <span class="hit-name">
        <strong class="person">{hit.name}</strong>
        {hit.problems?.map((problem) => (
          <span class="tag" key={problem}>
            {problem}
          </span>
        ))}
      </span>
      <span class="details">
        {details.join(" · ")}
        {hit.lastVisit && (
          <span class="last">{t("search.lastVisit", { date: date(hit.lastVisit) })}</span>
        )}
      </span>
    </>
  );
}
