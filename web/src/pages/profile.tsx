/** One resident: the storyboard, the trends of the last year, the timeline. */
import { api } from "../api/client";
import type { Me, Profile, Trend } from "../api/types";
import { Failure, Loading } from "../components/feedback";
import { Sparkline } from "../components/sparkline";
import { Storyboard } from "../components/storyboard";
import { VisitCard } from "../components/visit-card";
import { useApp, useLoad, useSentVisits, useTitle } from "../context";
import { line } from "../domain/drugs";
import { UNITS, type Vital, isAdult, judge } from "../domain/vitals";
import { date, dayOf, number } from "../i18n/formats";
import { t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
import { navigate, to } from "../routes";

export function ProfilePage({ resident }: { resident: string }) {
  const { me } = useApp();
  useTitle(t("profile.title"));
  const { data, error, reload } = useLoad(resident, () => api.profile(resident));
  useSentVisits(reload, resident);
  useKeys(Layer.Page, {
    F2: () => (me.records ? navigate(to.recordVisit(resident)) : false),
    F4: () => (me.records ? navigate(to.recordVisit(resident), { repeat: true }) : false),
    Escape: () => navigate(to.today),
  });
  if (error && !data) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  return (
    <div class="with-storyboard">
      <Storyboard profile={data} today={me.today} />
      <div class="stack">
        <Summary profile={data} me={me} />
        <Timeline profile={data} today={me.today} />
      </div>
    </div>
  );
}

function Summary({ profile, me }: { profile: Profile; me: Me }) {
  const adult = isAdult(profile.resident.birthDate, me.today);
  const start = to.recordVisit(profile.resident.id);
  return (
    <section class="card summary" aria-label={t("profile.summary")}>
      <div class="card-head">
        <h2>{t("profile.summary")}</h2>
        {me.records && (
          <a class="button primary no-print" href={start}>
            {t("visit.start")} <kbd>F2</kbd>
          </a>
        )}
      </div>
      <Trends trends={profile.trends} adult={adult} />
      {profile.prescription && (
        <div class="current-drugs">
          <h3>{t("profile.drugs", { date: date(dayOf(profile.prescription.at)) })}</h3>
          <ul>
            {profile.prescription.drugs.map((drug, at) => (
              <li key={at}>
                <b>{drug.name}</b> {line(drug)}
              </li>
            ))}
          </ul>
          {me.records && (
            <button
              type="button"
              class="no-print"
              onClick={() => navigate(start, { repeat: true })}
            >
              {t("drug.repeatShort")} <kbd>F4</kbd>
            </button>
          )}
        </div>
      )}
    </section>
  );
}

const SHOWN: Vital[] = ["glucose", "weight", "pulse", "temperature", "spo2"];

function Trends({ trends, adult }: { trends: Trend[]; adult: boolean }) {
  const of = (vital: Vital) => trends.find((trend) => trend.vital === vital)?.points ?? [];
  const [systolic, diastolic] = [of("systolic"), of("diastolic")];
  const others = SHOWN.map((vital) => ({ vital, points: of(vital) })).filter(
    (each) => each.points.length > 0,
  );
  const top = systolic.at(-1);
  const low = diastolic.at(-1);
  if (!top && !others.length) return <p class="none">{t("profile.noVitals")}</p>;
  return (
    <div class="trends">
      {top && (
        <Reading
          label={t("vital.pressure")}
          value={`${top.value}/${low?.value ?? "–"}`}
          unit="mmHg"
          at={top.at}
          odd={Boolean(judge("systolic", top.value, adult) ?? (low && judge("diastolic", low.value, adult)))}
          lines={[systolic, diastolic]}
        />
      )}
      {others.slice(0, top ? 4 : 5).map(({ vital, points }) => {
        const last = points.at(-1) as (typeof points)[number];
        return (
          <Reading
            key={vital}
            label={t(`vital.${vital}`)}
            value={number(last.value)}
            unit={UNITS[vital]}
            at={last.at}
            odd={judge(vital, last.value, adult) !== null}
            lines={[points]}
          />
        );
      })}
    </div>
  );
}

interface ReadingProps {
  label: string;
  value: string;
  unit: string;
  at: string;
  odd: boolean;
  lines: { at: string; value: number }[][];
}

function Reading({ label, value, unit, at, odd, lines }: ReadingProps) {
  return (
    <div class={`reading${odd ? " odd" : ""}`}>
      <span class="label">{label}</span>
      <span class="value">
        <b>{value}</b> <span class="unit">{unit}</span>
        {odd && <span class="sign" title={t("mark.outside")} aria-label={t("mark.outside")} role="img">▲</span>}
      </span>
      {(lines[0]?.length ?? 0) > 1 && <Sparkline label={label} lines={lines} />}
      <span class="when">{date(dayOf(at))}</span>
    </div>
  );
}

function Timeline({ profile, today }: { profile: Profile; today: string }) {
  const adult = isAdult(profile.resident.birthDate, today);
  const saved = (history.state as { saved?: string } | null)?.saved;
  return (
    <section class="timeline" aria-label={t("profile.timeline")}>
      <h2>
        {t("profile.timeline")} <span class="count">{profile.timeline.length}</span>
      </h2>
      {!profile.timeline.length && <p class="card none">{t("profile.noVisits")}</p>}
      <ol>
        {profile.timeline.map((visit) => (
          <li key={visit.id}>
            <VisitCard
              visit={visit}
              adult={adult}
              href={to.visit(profile.resident.id, visit.id)}
              fresh={visit.id === saved}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
