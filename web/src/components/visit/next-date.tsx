/** The next appointment: four weeks are chosen already, a key or a date changes it. */
import { useState } from "preact/hooks";
import { parseDay } from "../../domain/date-entry";
import { FOLLOW_UP_DAYS } from "../../domain/visit";
import { addDays, date, dateWithWeekday, isSunday } from "../../i18n/formats";
import { t } from "../../i18n/texts";

const CHOICES = [7, 14, FOLLOW_UP_DAYS, 60, 90];

interface Props {
  value: string | null;
  /** What was typed and is no day. */
  unread: string | undefined;
  today: string;
  invalid: boolean;
  change: (day: string | null, unread?: string) => void;
}

export function NextDate({ value, unread, today, invalid, change }: Props) {
  const preset = CHOICES.find((days) => value === addDays(today, days));
  const [own, setOwn] = useState(value !== null && (preset === undefined || unread !== undefined));
  const [text, setText] = useState(unread ?? (value ? date(value) : ""));
  const choice = value === null ? "none" : own ? "own" : String(preset ?? "own");
  const choose = (picked: string): void => {
    setOwn(picked === "own");
    if (picked === "none") change(null);
    else if (picked === "own") {
      // From "none" there is no day yet: four weeks, as at the start, until another is typed.
      const day = value ?? addDays(today, FOLLOW_UP_DAYS);
      setText(date(day));
      change(day);
    }
    else change(addDays(today, Number(picked)));
  };
  const type = (typed: string): void => {
    setText(typed);
    const day = parseDay(typed, today);
    if (day) change(day);
    else change(value, typed);
  };
  return (
    <div class="next-date">
      <label for="next-date">{t("visit.nextDate")}</label>
      <select id="next-date" value={choice} onChange={(event) => choose(event.currentTarget.value)}>
        {CHOICES.map((days) => (
          <option key={days} value={days}>
            {t("visit.inDays", { days })}
          </option>
        ))}
        <option value="own">{t("visit.ownDate")}</option>
        <option value="none">{t("visit.noDate")}</option>
      </select>
      {choice === "own" && (
        <input
          id="next-date-own"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          placeholder={t("date.form")}
          aria-label={t("visit.nextDate")}
          aria-invalid={invalid || unread !== undefined || undefined}
          aria-describedby={invalid ? "next-date-wrong" : undefined}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
        />
      )}
      {value && unread === undefined && (
        <output class={isSunday(value) ? "confirm" : undefined}>
          {dateWithWeekday(value)}
          {isSunday(value) && ` – ${t("visit.sunday")}`}
        </output>
      )}
      {invalid && (
        <span class="wrong" id="next-date-wrong">
          {t(unread === undefined ? "visit.dateNotLater" : "visit.dateUnread")}
        </span>
      )}
    </div>
  );
}
