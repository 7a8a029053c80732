/** One visit, as the timeline and the printed summary show it. */
import type { Visit } from "../api/types";
import { line } from "../domain/drugs";
import { UNITS, VITALS, type Vitals, bodyMassIndex, judge } from "../domain/vitals";
import { date, dateWithWeekday, dayOf, number, time } from "../i18n/formats";
import { t } from "../i18n/texts";

/** "HA 150/95 mmHg", "Mạch 76 l/ph", …; high and low ones say so in words. */
export function VitalsText({ vitals, adult }: { vitals: Vitals; adult: boolean }) {
  const { systolic, diastolic } = vitals;
  const mark = (finding: ReturnType<typeof judge>): string =>
    finding ? ` ${t(finding.kind === "low" ? "mark.low" : "mark.high")}` : "";
  const pressure =
    systolic !== undefined &&
    (judge("systolic", systolic, adult) ??
      (diastolic === undefined ? null : judge("diastolic", diastolic, adult)));
  const index = bodyMassIndex(vitals);
  return (
    <ul class="readings">
      {systolic !== undefined && (
        <li class={pressure ? "odd" : undefined}>
          {t("vital.pressure")} <b>{`${systolic}/${diastolic ?? "–"}`}</b> {UNITS.systolic}
          {pressure && mark(pressure)}
        </li>
      )}
      {VITALS.filter((vital) => vital !== "systolic" && vital !== "diastolic").map((vital) => {
        const value = vitals[vital];
        if (value === undefined) return null;
        const finding = judge(vital, value, adult);
        return (
          <li key={vital} class={finding ? "odd" : undefined}>
            {t(`vital.${vital}`)} <b>{number(value)}</b> {UNITS[vital]}
            {mark(finding)}
          </li>
        );
      })}
      {index !== null && (
        <li>
          BMI <b>{number(index)}</b>
        </li>
      )}
    </ul>
  );
}

/** Words that a sheet of paper needs and a list on the screen does without. */
function Label({ children }: { children: string }) {
  return <p class="sheet-label">{children}</p>;
}

export function VisitCard(props: { visit: Visit; adult: boolean; href?: string; fresh?: boolean }) {
  const { visit, adult } = props;
  const when = dateWithWeekday(dayOf(visit.at));
  return (
    <article class={`visit-card${props.fresh ? " fresh" : ""}`}>
      <header>
        <h3>{props.href ? <a href={props.href}>{when}</a> : when}</h3>
        <span class="by">
          {[time(visit.at), visit.author, visit.ward?.name].filter(Boolean).join(" · ")}
        </span>
        {props.fresh && <span class="tag good">✓ {t("visit.justSaved")}</span>}
      </header>
      <Label>{t("visit.reason")}</Label>
      <p class="reason">{visit.reason}</p>
      <Label>{t("visit.vitals")}</Label>
      <VitalsText vitals={visit.vitals} adult={adult} />
      {visit.diagnoses.length > 0 && <Label>{t("visit.diagnosis")}</Label>}
      {visit.diagnoses.length > 0 && (
        <ul class="codes">
          {visit.diagnoses.map((each) => (
            <li key={each.code}>
              <b class="code">{each.code}</b> {each.display}
            </li>
          ))}
        </ul>
      )}
      {visit.drugs.length > 0 && <Label>{t("visit.drugs")}</Label>}
      {visit.drugs.length > 0 && (
        <ul class="prescribed">
          {visit.drugs.map((drug, at) => (
            <li key={at}>
              <b>{drug.name}</b> {line(drug)}
              {drug.note && <i> – {drug.note}</i>}
            </li>
          ))}
        </ul>
      )}
      {(visit.advice || visit.nextDate) && <Label>{t("visit.advice")}</Label>}
      {(visit.advice || visit.nextDate) && (
        <p class="advice">
          {visit.advice && <span>{visit.advice}</span>}
          {visit.nextDate && <b>{t("visit.nextOn", { date: date(visit.nextDate) })}</b>}
        </p>
      )}
    </article>
  );
}
