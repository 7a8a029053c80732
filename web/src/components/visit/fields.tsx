/** What is typed of a visit: reason, vital signs, diagnoses, advice, next date and drugs. */
import type { Profile, Visit } from "../../api/types";
import type { Problem, VisitForm } from "../../domain/visit";
import { t } from "../../i18n/texts";
import { Diagnoses } from "./diagnoses";
import { DrugLines } from "./drug-lines";
import { NextDate } from "./next-date";
import { VitalsGrid, vitalId } from "./vitals-grid";

interface Props {
  form: VisitForm;
  profile: Profile | null;
  /** The last visit with drugs, which can be repeated. */
  earlier: Visit | undefined;
  adult: boolean;
  today: string;
  wrong: Problem[];
  /** Whether it was tried to save it: from then on drugs show what they lack. */
  tried: boolean;
  patch: (part: Partial<VisitForm>) => void;
  repeat: () => void;
}

export function Fields(props: Props) {
  const { form, profile, earlier, adult, today, wrong, tried, patch, repeat } = props;
  const has = (at: Problem["at"]): boolean => wrong.some((problem) => problem.at === at);
  return (
    <>
      <section class="card visit-reason">
        <div class="field">
          <label for="reason">
            {t("visit.reason")} <span class="required" aria-hidden="true">*</span>
          </label>
          <input
            id="reason"
            type="text"
            autocomplete="off"
            maxLength={1000}
            value={form.reason}
            aria-invalid={has("reason") || undefined}
            aria-describedby={has("reason") ? "reason-wrong" : undefined}
            onInput={(event) => patch({ reason: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.ctrlKey || event.isComposing) return;
              event.preventDefault();
              document.getElementById(vitalId("systolic"))?.focus();
            }}
          />
          {has("reason") && (
            <p class="wrong" id="reason-wrong">
              {t("visit.reasonNeeded")}
            </p>
          )}
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={form.insurance}
            onChange={(event) => patch({ insurance: event.currentTarget.checked })}
          />
          {t("visit.insurance")}
        </label>
      </section>
      <section class="card">
        <h2>{t("visit.vitals")}</h2>
        <VitalsGrid
          form={form}
          adult={adult}
          trends={profile?.trends ?? []}
          wrong={new Set(wrong.flatMap((each) => (each.at === "vital" ? [each.vital] : [])))}
          change={(vitals) => patch({ vitals })}
        />
      </section>
      <div class="two">
        <section class="card">
          <h2>
            {t("visit.diagnoses")} <span class="required" aria-hidden="true">*</span>
          </h2>
          <Diagnoses
            diagnoses={form.diagnoses}
            text={form.diagnosisText ?? ""}
            invalid={has("diagnoses")}
            change={(diagnoses, diagnosisText) => patch({ diagnoses, diagnosisText })}
          />
        </section>
        <section class="card">
          <h2>
            <label for="advice">{t("visit.advice")}</label>
          </h2>
          <textarea
            id="advice"
            rows={2}
            maxLength={2000}
            value={form.advice}
            onInput={(event) => patch({ advice: event.currentTarget.value })}
          />
          <NextDate
            value={form.nextDate}
            unread={form.nextDateText}
            today={today}
            invalid={has("nextDate")}
            change={(nextDate, nextDateText) => patch({ nextDate, nextDateText })}
          />
        </section>
      </div>
      <section class="card">
        <h2>{t("visit.drugs")}</h2>
        <DrugLines
          drugs={form.drugs}
          last={earlier ? { at: earlier.at, count: earlier.drugs.length } : null}
          allergies={profile?.allergies ?? []}
          showProblems={tried}
          change={(drugs) => patch({ drugs })}
          repeat={repeat}
        />
      </section>
    </>
  );
}
