/** The prescription, one line a drug: "1 viên × 2 lần × 30 ngày = 60"; F4 repeats the last. */
import { api } from "../../api/client";
import type { DrugChoice } from "../../api/types";
import { type Caution, DEFAULT_UNIT, caution, drugProblems } from "../../domain/drugs";
import { type DrugRow, newDrug, toDrug } from "../../domain/visit";
import { date, dayOf, number } from "../../i18n/formats";
import { t } from "../../i18n/texts";
import { Combobox } from "../combobox";

interface Props {
  drugs: DrugRow[];
  last: { at: string; count: number } | null;
  allergies: string[];
  showProblems: boolean;
  change: (drugs: DrugRow[]) => void;
  repeat: () => void;
}

const load = async (text: string, signal: AbortSignal): Promise<DrugChoice[]> =>
  (await api.drugs(text, signal)).drugs;

export const drugId = (key: string, field: string): string => `drug-${key}-${field}`;

export function DrugLines({ drugs, last, allergies, showProblems, change, repeat }: Props) {
  const update = (key: string, patch: Partial<DrugRow>): void =>
    change(drugs.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  const add = (): void => {
    const row = newDrug();
    change([...drugs, row]);
    requestAnimationFrame(() => document.getElementById(drugId(row.key, "name"))?.focus());
  };
  return (
    <div class="drugs">
      {drugs.map((row, at) => (
        <Line
          key={row.key}
          row={row}
          number={at + 1}
          caution={caution(row.name, namesWithout(drugs, row), allergies)}
          showProblems={showProblems}
          update={(patch) => update(row.key, patch)}
          remove={() => {
            change(drugs.filter((each) => each.key !== row.key));
            document.getElementById("add-drug")?.focus(); // the button that had it is gone
          }}
        />
      ))}
      <p class="actions">
        <button type="button" id="add-drug" onClick={add}>
          + {t("drug.add")}
        </button>
        {last && (
          <button type="button" onClick={repeat}>
            {t("drug.repeat", { count: last.count, date: date(dayOf(last.at)) })} <kbd>F4</kbd>
          </button>
        )}
      </p>
    </div>
  );
}

const namesWithout = (drugs: DrugRow[], row: DrugRow): string[] =>
  drugs.filter((each) => each !== row).map((each) => each.name);

interface LineProps {
  row: DrugRow;
  caution: Caution | null;
  number: number;
  showProblems: boolean;
  update: (patch: Partial<DrugRow>) => void;
  remove: () => void;
}

function Line(props: LineProps) {
  const { row, number: position, showProblems, update, remove } = props;
  const drug = toDrug(row);
  const wrong = new Set(showProblems ? drugProblems(drug) : []);
  const saysWrong = drugId(row.key, "wrong");
  const choose = (choice: DrugChoice): void => {
    update({
      code: choice.code,
      name: choice.name,
      unit: choice.unit || DEFAULT_UNIT,
      dose: number(choice.dose, 2),
      timesPerDay: String(choice.timesPerDay),
      days: String(choice.days),
    });
    document.getElementById(drugId(row.key, "dose"))?.focus();
  };
  const small = (field: "dose" | "timesPerDay" | "days", label: string) => (
    <input
      id={drugId(row.key, field)}
      class="small"
      type="text"
      inputMode="decimal"
      autocomplete="off"
      maxLength={5}
      aria-label={t("drug.of", { field: label, number: position })}
      aria-invalid={wrong.has(field) || undefined}
      aria-describedby={wrong.has(field) ? saysWrong : undefined}
      value={row[field]}
      onFocus={(event) => event.currentTarget.select()}
      onInput={(event) => update({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <div class="drug" role="group" aria-label={t("drug.number", { number: position })}>
      <Combobox<DrugChoice>
        id={drugId(row.key, "name")}
        label={t("drug.of", { field: t("drug.name"), number: position })}
        hideLabel
        placeholder={t("drug.name")}
        value={row.name}
        onText={(name) => update({ name, code: "" })}
        load={load}
        keyOf={(choice) => choice.code}
        onChoose={choose}
        invalid={wrong.has("name")}
        {...(wrong.has("name") && { describedBy: saysWrong })}
        show={(choice) => (
          <>
            {choice.name} <span class="unit">{choice.unit}</span>
          </>
        )}
      />
      <span class="dose">
        {small("dose", t("drug.dose"))}
        <input
          class="unit-box"
          type="text"
          autocomplete="off"
          maxLength={20}
          aria-label={t("drug.of", { field: t("drug.unit"), number: position })}
          value={row.unit}
          onInput={(event) => update({ unit: event.currentTarget.value })}
        />
        <i>×</i>
        {small("timesPerDay", t("drug.times"))}
        <span>{t("drug.timesUnit")}</span>
        <i>×</i>
        {small("days", t("drug.days"))}
        <span>{t("drug.daysUnit")}</span>
        <output>
          = {number(drug.quantity, 2)} {drug.unit}
        </output>
      </span>
      <input
        class="note"
        type="text"
        autocomplete="off"
        maxLength={300}
        placeholder={t("drug.note")}
        aria-label={t("drug.of", { field: t("drug.note"), number: position })}
        value={row.note}
        onInput={(event) => update({ note: event.currentTarget.value })}
      />
      <button
        type="button"
        class="quiet"
        aria-label={t("drug.remove", { number: position })}
        onClick={remove}
      >
        ✕
      </button>
      {wrong.size > 0 && (
        <p class="wrong caution" id={saysWrong}>
          {[...wrong].map((field) => t(`drug.wrong.${field}`)).join(" ")}
        </p>
      )}
      {props.caution && (
        <p class="says-confirm caution" role="status">
          ⚠{" "}
          {props.caution.kind === "allergy"
            ? t("drug.allergy", { to: props.caution.to })
            : t("drug.duplicate")}
        </p>
      )}
    </div>
  );
}
