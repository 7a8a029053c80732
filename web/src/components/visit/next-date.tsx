/** The next appointment: four weeks are chosen already, a key or a date changes it. */
import { useState } from "preact/hooks";
import { parseDay } from "../../domain/date-entry";
import { FOLLOW_UP_DAYS } from "../../domain/visit";
import { addDays, date, dateWithWeekday, isSunday } from "../../i18n/formats";
import { t } from "../../i18n/texts";

const CHOICES = [7, 14, FOLLOW_UP_DAYS, 60, 90];

interface Props {
  value: string | null;
  today: string;
  invalid: boolean;
  change: (day: string | null) => void;
}

export function NextDate({ value, today, invalid, change }: Props) {
  const preset = CHOICES.find((days) => value === addDays(today, days));
  const [own, setOwn] = useState(value !== null && preset === undefined);
  const [text, setText] = useState(value ? date(value) : "");
  const choice = value === null ? "none" : own ? "own" : String(preset ?? "own");
  const choose = (picked: string): void => {
    setOwn(picked === "own");
    if (picked === "none") change(null);
    else if (picked === "own") setText(value ? date(value) : "");
    else change(addDays(today, Number(picked)));
  };
  const type = (typed: string): void => {
    setText(typed);
    const day = parseDay(typed, today);
    if (day) change(day);
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
          aria-invalid={invalid || !parseDay(text, today) || undefined}
          value={text}
          onInput={(event) => type(event.currentTarget.value)}
        />
      )}
      {value && (
        <output class={isSunday(value) ? "confirm" : undefined}>
          {dateWithWeekday(value)}
          {isSunday(value) && ` – ${t("visit.sunday")}`}
        </output>
      )}
      {invalid && <span class="wrong">{t("visit.dateNotLater")}</span>}
    </div>
  );
}
