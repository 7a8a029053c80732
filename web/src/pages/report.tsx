/** The city's page: visits by ward and month, counted and hidden by the server, never a person. */
import { useEffect, useState } from "preact/hooks";
import { api, reportFile } from "../api/client";
import type { Cell, VisitReport } from "../api/types";
import { AgeSex } from "../components/report/age-sex";
import { Bars } from "../components/report/bars";
import { CopyFigures } from "../components/report/copy-figures";
import { TileMap, shown } from "../components/report/tile-map";
import { Failure, Loading } from "../components/feedback";
import { useApp, useLoad, useTitle } from "../context";
import { date, dayOf, month, number, time } from "../i18n/formats";
import { t } from "../i18n/texts";
import { navigate, to } from "../routes";

const TOP = 20;

export function ReportPage({ period }: { period: string | null }) {
  const { me } = useApp();
  useTitle(t("report.title"));
  const chosen = period && /^\d{4}-(0[1-9]|1[0-2])$/.test(period) ? period : me.today.slice(0, 7);
  const { data, error, reload } = useLoad(chosen, () => api.report(chosen));
  return (
    <div class="report">
      <div class="page-head">
        <h1>
          {t("report.title")} <small>{t("report.month", { month: month(chosen) })}</small>
        </h1>
        <span class="spring" />
        <PeriodChoice period={chosen} today={me.today} />
        <button type="button" class="no-print" onClick={reload}>
          {t("report.refresh")}
        </button>
        {data && <CopyFigures report={data} />}
        {data && (
          <a class="button no-print" href={reportFile(chosen)} download>
            {t("report.download")}
          </a>
        )}
        <button type="button" class="no-print" onClick={() => print()}>
          {t("print")}
        </button>
      </div>
      {error ? <Failure error={error} retry={reload} /> : data ? <Report report={data} /> : <Loading />}
    </div>
  );
}

/** The last 24 months: a list needs no date parsing and no calendar. */
function PeriodChoice({ period, today }: { period: string; today: string }) {
  const months = recentMonths(today.slice(0, 7), 24);
  if (!months.includes(period)) months.push(period);
  return (
    <label class="period no-print">
      {t("report.period")}
      <select value={period} onChange={(event) => navigate(to.report(event.currentTarget.value))}>
        {months.map((each) => (
          <option key={each} value={each}>
            {month(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function recentMonths(last: string, count: number): string[] {
  const [year, number_] = last.split("-").map(Number) as [number, number];
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(year, number_ - 1 - back, 1)).toISOString().slice(0, 7),
  );
}

function Report({ report }: { report: VisitReport }) {
  const { wards, margins } = report;
  const active = wards.filter((ward) => ward.hidden || (ward.value ?? 0) > 0).length;
  const insured = margins.insurance.find((cell) => cell.code === "yes");
  const top = [...wards].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
  const tiles: [string, string, string?][] = [
    [
      t("report.total"),
      shown(report.total),
      t("report.previousYear", { value: shown(report.previousYear) }),
    ],
    [t("report.wardsWithVisits"), `${active} / ${wards.length}`],
    [t("report.topWard"), top?.value ? top.name : "–", top?.value ? number(top.value) : ""],
    [t("report.topChapter"), largest(margins.chapter)?.label ?? "–"],
  ];
  if (insured?.value && report.total.value) {
    const share = Math.round((insured.value / report.total.value) * 100);
    tiles.push([t("report.insured"), `${share} %`, number(insured.value)]);
  }
  const ranked = [...wards].sort((a, b) => rank(b) - rank(a) || a.code.localeCompare(b.code));
  return (
    <>
      <dl class="tiles">
        {tiles.map(([label, value, more]) => (
          <div key={label} class={value.length > 12 ? "words" : undefined}>
            <dt>{label}</dt>
            <dd>
              {value} {more && <small>{more}</small>}
            </dd>
          </div>
        ))}
      </dl>
      <div class="map-and-rank">
        <section class="card">
          <h2>{t("report.map")}</h2>
          <TileMap report={report} />
        </section>
        <section class="card">
          <Bars
            title={t("report.ranked")}
            bars={ranked
              .slice(0, TOP)
              .filter((ward) => rank(ward) > 0)
              .map((ward) => ({ ...ward, label: ward.name }))}
          />
        </section>
      </div>
      <div class="margins">
        <section class="card wide">
          <Bars title={t("report.chapter")} bars={nonZero(margins.chapter)} />
        </section>
        <section class="card">
          <AgeSex report={report} />
        </section>
        <section class="card">
          <Bars title={t("report.ageBand")} bars={margins.ageBand} />
        </section>
        <section class="card">
          <Bars title={t("report.sex")} bars={margins.sex} />
          <Bars title={t("report.insurance")} bars={margins.insurance} />
        </section>
      </div>
      <WardTable wards={ranked} />
      <Definitions report={report} />
    </>
  );
}

/** A hidden count stands between none and one. */
const rank = (cell: Cell): number => (cell.hidden ? 0.5 : (cell.value ?? 0));

const nonZero = <T extends Cell>(cells: T[]): T[] =>
  cells.filter((cell) => rank(cell) > 0).sort((a, b) => rank(b) - rank(a));

function largest<T extends Cell>(cells: T[]): T | undefined {
  return nonZero(cells).find((cell) => !cell.hidden);
}

function WardTable({ wards }: { wards: VisitReport["wards"] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const show = (): void => setOpen(true);
    addEventListener("beforeprint", show); // what is on paper cannot be opened
    return () => removeEventListener("beforeprint", show);
  }, []);
  return (
    <details class="card ward-table" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("report.table", { count: wards.length })}</summary>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{t("report.code")}</th>
            <th scope="col">{t("resident.ward")}</th>
            <th scope="col" class="number">
              {t("report.visits")}
            </th>
          </tr>
        </thead>
        <tbody>
          {wards.map((ward) => (
            <tr key={ward.code}>
              <td class="number">{ward.code}</td>
              <th scope="row">{ward.name}</th>
              <td class="number">{shown(ward)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Definitions({ report }: { report: VisitReport }) {
  return (
    <section class="definitions">
      <h2>{t("report.definitions")}</h2>
      <ul>
        <li>{t("report.hiding", { threshold: report.threshold })}</li>
        {report.definitions.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p>
        {t("report.generated", {
          date: date(dayOf(report.generatedAt)),
          time: time(report.generatedAt),
        })}
      </p>
    </section>
  );
}
