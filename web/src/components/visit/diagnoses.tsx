/** Diagnoses of a visit: the first is the main one until another is chosen. */
import { api } from "../../api/client";
import type { Choice, Diagnosis } from "../../api/types";
import { useState } from "preact/hooks";
import { t } from "../../i18n/texts";
import { Combobox } from "../combobox";

interface Props {
  diagnoses: Diagnosis[];
  invalid: boolean;
  change: (diagnoses: Diagnosis[]) => void;
}

const load = async (text: string, signal: AbortSignal): Promise<Choice[]> =>
  (await api.diagnoses(text, signal)).diagnoses;

export function Diagnoses({ diagnoses, invalid, change }: Props) {
  const [text, setText] = useState("");
  const add = (choice: Choice): void => {
    setText("");
    if (diagnoses.some((each) => each.code === choice.code)) return;
    const { code, display } = choice;
    change([...diagnoses, { code, display, main: !choice.neverMain && !diagnoses.some((each) => each.main) }]);
  };
  const remove = (code: string): void => {
    const left = diagnoses.filter((each) => each.code !== code);
    const hasMain = left.some((each) => each.main);
    change(left.map((each, at) => ({ ...each, main: hasMain ? each.main : at === 0 })));
  };
  const makeMain = (code: string): void =>
    change(diagnoses.map((each) => ({ ...each, main: each.code === code })));

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
        onText={setText}
        load={load}
        keyOf={(choice) => choice.code}
        blocked={(choice) => choice.blocked}
        invalid={invalid}
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
      {invalid && <p class="wrong">{t("diagnosis.needed")}</p>}
    </div>
  );
}
