/** Diagnoses of a visit: the first is the main one until another is chosen. */
import { api } from "../../api/client";
import type { Choice, Diagnosis } from "../../api/types";
import { t } from "../../i18n/texts";
import { Combobox } from "../combobox";

interface Props {
  diagnoses: Diagnosis[];
  /** What is typed and not chosen: the form knows it, so that it is not lost unseen. */
  text: string;
  invalid: boolean;
  change: (diagnoses: Diagnosis[], text: string) => void;
}

const load = async (text: string, signal: AbortSignal): Promise<Choice[]> =>
  (await api.diagnoses(text, signal)).diagnoses;

const focusBox = (): void => document.getElementById("diagnosis")?.focus();

export function Diagnoses({ diagnoses, text, invalid, change }: Props) {
  const add = (choice: Choice): void => {
    if (diagnoses.some((each) => each.code === choice.code)) return change(diagnoses, "");
    const { code, display } = choice;
    const main = !choice.neverMain && !diagnoses.some((each) => each.main);
    change([...diagnoses, { code, display, main }], "");
  };
  const remove = (code: string): void => {
    const left = diagnoses.filter((each) => each.code !== code);
    const hasMain = left.some((each) => each.main);
    change(left.map((each, at) => ({ ...each, main: hasMain ? each.main : at === 0 })), text);
    focusBox(); // the button that had the focus is gone
  };
  const makeMain = (code: string): void =>
    change(diagnoses.map((each) => ({ ...each, main: each.code === code })), text);

  return (
    <div class="diagnoses">
      {diagnoses.length > 0 && (
        <ul class="chosen">
          {diagnoses.map((each) => (
            <li key={each.code}>
              <b class="code">{each.code}</b>
              <span class="display">{each.display}</span>
              <label class="main">
                <input
                  type="radio"
                  name="main-diagnosis"
                  checked={each.main}
                  onChange={() => makeMain(each.code)}
                />
                {t("diagnosis.main")}
              </label>
              <button
                type="button"
                class="quiet"
                aria-label={t("diagnosis.remove", { code: each.code })}
                onClick={() => remove(each.code)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <Combobox<Choice>
        id="diagnosis"
        label={t("diagnosis.add")}
        hideLabel
        placeholder={t("diagnosis.placeholder")}
        value={text}
        onText={(typed) => change(diagnoses, typed)}
        load={load}
        keyOf={(choice) => choice.code}
        blocked={(choice) => choice.blocked}
        invalid={invalid}
        {...(invalid && { describedBy: "diagnosis-wrong" })}
        onChoose={add}
        show={(choice) => (
          <>
            <b class="code">{choice.code}</b> {choice.display}
            {choice.favourite && (
              <span class="star" title={t("diagnosis.favourite")}>
                ★
              </span>
            )}
          </>
        )}
      />
      {invalid && (
        <p class="wrong" id="diagnosis-wrong">
          {text.trim() ? t("diagnosis.unfinished", { text: text.trim() }) : t("diagnosis.needed")}
        </p>
      )}
    </div>
  );
}
