/** Vital signs: the cursor moves by itself, last values stand in grey, odd values speak up. */
import type { Trend } from "../../api/types";
import {
  type Finding,
  UNITS,
  VITALS,
  type Vital,
  bodyMassBand,
  bodyMassIndex,
  findings,
  systolicComplete,
} from "../../domain/vitals";
import { type VisitForm, vitalsOf } from "../../domain/visit";
import { date, dayOf, number } from "../../i18n/formats";
import { t } from "../../i18n/texts";

interface Props {
  form: VisitForm;
  adult: boolean;
  trends: Trend[];
  wrong: ReadonlySet<Vital>;
  change: (vitals: VisitForm["vitals"]) => void;
}

export const vitalId = (vital: Vital): string => `vital-${vital}`;

const focus = (vital: Vital): void => document.getElementById(vitalId(vital))?.focus();

/** Enter is the next field here, never "send". */
function next(vital: Vital): void {
  const following = VITALS[VITALS.indexOf(vital) + 1];
  if (following) focus(following);
  else document.getElementById("diagnosis")?.focus();
}

export function VitalsGrid({ form, adult, trends, wrong, change }: Props) {
  const read = vitalsOf(form);
  const found = new Map(findings(read, adult).map((finding) => [finding.vital, finding]));
  const index = bodyMassIndex(read);
  const type = (vital: Vital, text: string): void => {
    change({ ...form.vitals, [vital]: text });
    if (vital === "systolic" && systolicComplete(text)) focus("diastolic");
  };
  const onKeyDown = (vital: Vital, event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      next(vital);
    } else if (event.key === "Backspace" && vital === "diastolic" && !form.vitals.diastolic) {
      event.preventDefault();
      focus("systolic");
    }
  };
  return (
    <div class="vitals">
      {VITALS.map((vital) => {
        const finding = found.get(vital);
        const unreadable = wrong.has(vital) && !finding;
        const last = trends.find((trend) => trend.vital === vital)?.points.at(-1);
        return (
          <div class={`vital ${finding ? `is-${finding.severity}` : ""}`} key={vital}>
            <label for={vitalId(vital)}>
              {t(`vital.${vital}`)} <span class="unit">{UNITS[vital]}</span>
            </label>
            <input
              id={vitalId(vital)}
              type="text"
              inputMode="decimal"
              autocomplete="off"
              maxLength={6}
              value={form.vitals[vital] ?? ""}
              aria-invalid={finding?.severity === "block" || unreadable || undefined}
              aria-describedby={`${vitalId(vital)}-about`}
              onInput={(event) => type(vital, event.currentTarget.value)}
              onKeyDown={(event) => onKeyDown(vital, event)}
            />
            <p class="about" id={`${vitalId(vital)}-about`}>
              {unreadable && <span class="wrong">{t("finding.unreadable")}</span>}
              {finding && <FindingText finding={finding} value={read[vital]} />}
              {!finding && !unreadable && last && (
                <span class="previous" title={date(dayOf(last.at))}>
                  {t("vital.previous", { value: number(last.value) })}
                </span>
              )}
            </p>
          </div>
        );
      })}
      <div class="vital">
        <span class="label">
          BMI <span class="unit">kg/m²</span>
        </span>
        <output>{index === null ? "–" : number(index)}</output>
        <p class="about">{index !== null && adult && t(`bmi.${bodyMassBand(index)}`)}</p>
      </div>
    </div>
  );
}

function FindingText({ finding, value }: { finding: Finding; value: number | undefined }) {
  const text = t(`finding.${finding.kind}`, {
    low: number(finding.low ?? 0),
    high: number(finding.high ?? 0),
    value: number((value ?? 0) / 18),
  });
  return <span class={`says-${finding.severity}`}>{text}</span>;
}
