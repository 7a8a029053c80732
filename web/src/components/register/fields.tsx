/** The fields of a new resident: four are needed, the others help to tell people apart. */
import { useEffect, useRef } from "preact/hooks";
import ethnicities from "../../../../ehr/terminology/data/ethnicities.json";
import type { Ward } from "../../api/types";
import { mask, parseDate } from "../../domain/date-entry";
import {
  type ResidentField,
  type ResidentForm,
  capitalised,
  cardDoubts,
  needsMother,
} from "../../domain/resident";
import { focusFirst } from "../../focus";
import { age, date } from "../../i18n/formats";
import { t } from "../../i18n/texts";
import { Field } from "../field";
import { SexChoice } from "./parts";

interface Props {
  form: ResidentForm;
  today: string;
  wards: Ward[];
  disabled: boolean;
  error: (field: ResidentField) => string | null;
  change: (form: ResidentForm) => void;
}

export function Fields({ form, today, wards, disabled, error, change }: Props) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => focusFirst(first.current), []);
  const birth = parseDate(form.birth, today);
  const doubts = cardDoubts(form, today);
  const set = (field: ResidentField) => (event: { currentTarget: { value: string } }) =>
    change({ ...form, [field]: event.currentTarget.value });
  return (
    <fieldset disabled={disabled} class="card form-grid">
      <Field
        label={t("resident.name")}
        name="name"
        required
        inputRef={first}
        maxLength={100}
        value={form.name}
        error={error("name")}
        onInput={set("name")}
        onBlur={() => {
          const name = capitalised(form.name);
          if (name !== form.name) change({ ...form, name });
        }}
      />
      <Field
        label={t("resident.birth")}
        name="birth"
        required
        inputMode="text"
        maxLength={12}
        placeholder={t("date.form")}
        value={form.birth}
        error={error("birth")}
        hint={
          birth.ok
            ? `${birth.estimated ? t("date.about") : ""}${date(birth.value)} · ${age(birth.value, today)}`
            : t("date.hint")
        }
        onInput={(event) => change({ ...form, birth: mask(event.currentTarget.value) })}
      />
      <SexChoice value={form.sex} error={error("sex")} change={(sex) => change({ ...form, sex })} />
      <Field
        label={t("resident.line")}
        name="line"
        required
        maxLength={200}
        value={form.line}
        error={error("line")}
        onInput={set("line")}
      />
      <Field
        label={t("resident.hamlet")}
        name="hamlet"
        maxLength={100}
        value={form.hamlet}
        error={error("hamlet")}
        onInput={set("hamlet")}
      />
      {wards.length > 1 && (
        <div class="field">
          <label for="ward">{t("resident.ward")}</label>
          <select id="ward" value={form.ward} onChange={set("ward")}>
            {wards.map((ward) => (
              <option key={ward.code} value={ward.code}>
                {ward.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <Field
        label={t("resident.motherName")}
        name="motherName"
        required={needsMother(form, today)}
        maxLength={100}
        value={form.motherName}
        error={error("motherName")}
        onInput={set("motherName")}
      />
      <Field
        label={t("resident.cccdLong")}
        name="cccd"
        inputMode="numeric"
        maxLength={15}
        value={form.cccd}
        error={error("cccd")}
        hint={doubts.map((doubt) => t(`register.doubt.${doubt}`)).join(" ")}
        onInput={set("cccd")}
      />
      <Field
        label={t("resident.bhytLong")}
        name="bhyt"
        maxLength={20}
        value={form.bhyt}
        error={error("bhyt")}
        onInput={set("bhyt")}
      />
      <Field
        label={t("resident.phone")}
        name="phone"
        inputMode="tel"
        maxLength={20}
        value={form.phone}
        error={error("phone")}
        onInput={set("phone")}
      />
      <div class="field">
        <label for="ethnicity">{t("resident.ethnicity")}</label>
        <select id="ethnicity" value={form.ethnicity} onChange={set("ethnicity")}>
          {ethnicities.rows.map((row) => (
            <option key={row.code} value={row.code}>
              {row.name}
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  );
}
