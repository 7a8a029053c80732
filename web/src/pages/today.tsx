/** Today at the station: who came, what is unfinished, and the one way to begin. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Today, TodayVisit } from "../api/types";
import { Failure, Loading, Notice } from "../components/feedback";
import { useApp, useLoad, useSentVisits, useTitle } from "../context";
import { isAdult, judge } from "../domain/vitals";
import { age, date, dateWithWeekday, time } from "../i18n/formats";
import { t } from "../i18n/texts";
import { idleFor } from "../keys";
import { navigate, to } from "../routes";
import type { Draft } from "../store/drafts";

const REFRESH_MS = 60_000;
const IDLE_MS = 300_000;

export function TodayPage() {
  const { me, search, expired } = useApp();
  useTitle(t("today.title"));
  const [ward, setWard] = useState(me.wards[0]?.code ?? "");
  const { data, error, reload } = useLoad(ward, () => api.today(ward));
  useSentVisits(reload);
  useEffect(() => {
    // A screen that nobody touches lets the session end, as on any shared computer.
    const timer = setInterval(() => document.hidden || idleFor() > IDLE_MS || reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="today">
      <div class="page-head">
        <h1>
          {t("today.title")} <small>{dateWithWeekday(me.today)}</small>
        </h1>
        {me.wards.length > 1 && (
          <select
            aria-label={t("resident.ward")}
            value={ward}
            onChange={(event) => setWard(event.currentTarget.value)}
          >
            {me.wards.map((each) => (
              <option key={each.code} value={each.code}>
                {each.name}
              </option>
            ))}
          </select>
        )}
        <span class="spring" />
        {me.records && (
          <>
            <a class="button" href={to.register()}>
              + {t("register.short")} <kbd>F3</kbd>
            </a>
            <button type="button" class="primary big" onClick={() => search("visit")}>
              {t("today.receive")} <kbd>F2</kbd>
            </button>
          </>
        )}
      </div>
      {error && !data ? <Failure error={error} retry={reload} /> : null}
      {!error && !data ? <Loading /> : null}
      {error && data && !expired ? <Notice tone="warning">{t("today.stale")}</Notice> : null}
      {data && <Counts today={data} />}
      <div class="with-rail">
        {data && <List today={data} day={me.today} />}
        <DraftRail />
      </div>
    </div>
  );
}

const highPressure = (visit: TodayVisit): boolean =>
  (visit.vitals.systolic ?? 0) >= 140 || (visit.vitals.diastolic ?? 0) >= 90;

function Counts({ today }: { today: Today }) {
  const { visits } = today;
  const people = new Set(visits.map((visit) => visit.patient.id)).size;
  const counts: [string, number][] = [
    [t("today.visits"), visits.length],
    [t("today.people"), people],
    [t("today.highPressure"), visits.filter(highPressure).length],
    [t("today.followUps"), visits.filter((visit) => visit.nextDate).length],
  ];
  return (
    <dl class="tiles">
      {counts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function List({ today, day }: { today: Today; day: string }) {
  const { me, search } = useApp();
  if (!today.visits.length) {
    return (
      <div class="card empty">
        <p>{t("today.none")}</p>
        {me.records && (
          <p>
            <button type="button" onClick={() => search("visit")}>
              {t("today.receive")} <kbd>F2</kbd>
            </button>
          </p>
        )}
      </div>
    );
  }
  return (
    <div class="card table-card">
      <table class="list">
        <caption class="visually-hidden">{t("today.list")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("today.time")}</th>
            <th scope="col">{t("resident.name")}</th>
            <th scope="col">{t("visit.reason")}</th>
            <th scope="col">{t("visit.diagnosis")}</th>
            <th scope="col">{t("vital.pressureShort")}</th>
            <th scope="col">{t("visit.nextDate")}</th>
          </tr>
        </thead>
        <tbody>
          {today.visits.map((visit) => (
            <tr key={visit.id} onClick={() => navigate(to.profile(visit.patient.id))}>
              <td class="number">{time(visit.at)}</td>
              <td>
                <a class="person" href={to.profile(visit.patient.id)}>
                  {visit.patient.name}
                </a>
                <span class="details">
                  {date(visit.patient.birthDate)} · {age(visit.patient.birthDate, day)} ·{" "}
                  {t(`sex.${visit.patient.sex}`)}
                </span>
              </td>
              <td>{visit.reason}</td>
              <td>
                {visit.diagnoses.map((each) => (
                  <span key={each.code} class="tag" title={each.display}>
                    {each.code}
                  </span>
                ))}
              </td>
              <td class="number">
                <Pressure visit={visit} day={day} />
              </td>
              <td class="number">{visit.nextDate ? date(visit.nextDate) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Pressure({ visit, day }: { visit: TodayVisit; day: string }) {
  const { systolic, diastolic } = visit.vitals;
  if (systolic === undefined) return <>–</>;
  const adult = isAdult(visit.patient.birthDate, day);
  const odd =
    judge("systolic", systolic, adult) ??
    (diastolic === undefined ? null : judge("diastolic", diastolic, adult));
  return (
    <span class={odd ? "odd" : undefined}>
      {`${systolic}/${diastolic ?? "–"}`}
      {odd && ` ${t(odd.kind === "low" ? "mark.low" : "mark.high")}`}
    </span>
  );
}

interface Named {
  form: { patientName?: string; name?: string };
}

/** What is typed and not yet acknowledged, on this machine, by this person. */
function DraftRail() {
  const { drafts, status } = useApp();
  const [list, setList] = useState<Draft<Named>[]>([]);
  useEffect(() => {
    let current = true;
    void drafts.list<Named>().then((found) => current && setList(found));
    return () => {
      current = false;
    };
  }, [status]);
  if (!list.length) return null;
  return (
    <aside class="card rail" aria-label={t("drafts.title")}>
      <h2>
        {t("drafts.title")} <span class="count">{list.length}</span>
      </h2>
      <ul>
        {list.map((draft) => (
          <li key={`${draft.kind}${draft.subject}`}>
            <a
              href={draft.kind === "visit" ? to.recordVisit(draft.subject) : to.register(draft.subject)}
            >
              <b class="person">
                {draft.value.form.patientName || draft.value.form.name || t("drafts.unnamed")}
              </b>
              <span class="details">
                {t(`drafts.${draft.kind}`)} · {time(new Date(draft.updated).toISOString())}
                {draft.state !== "editing" && ` · ${t(`drafts.${draft.state}`)}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </aside>
  );
}
