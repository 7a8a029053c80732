/** The report as lines and tabs, which a spreadsheet takes from the clipboard into its cells. */
import type { Cell, VisitReport } from "../api/types";
import { date, dayOf, month, time } from "../i18n/formats";
import { t } from "../i18n/texts";

type Line = (string | Cell)[];

/** All that is on the page, the hidden as hidden; numbers are plain digits. */
export function asText(report: VisitReport): string {
  const { margins, ageSex } = report;
  const at = { date: date(dayOf(report.generatedAt)), time: time(report.generatedAt) };
  const visits = t("report.visits");
  const parts: Line[][] = [
    [
      [t("report.title"), month(report.period)],
      [t("report.generated", at)],
      [t("report.hiding", { threshold: report.threshold })],
      [t("report.total"), report.total],
    ],
    [
      [t("report.code"), t("resident.ward"), visits],
      ...report.wards.map((ward) => [ward.code, ward.name, ward]),
    ],
    ...(["chapter", "ageBand", "sex", "insurance"] as const).map((margin) => [
      [t(`report.${margin}`), visits],
      ...margins[margin].map((cell) => [cell.label, cell]),
    ]),
    [
      [t("report.ageSex"), ...ageSex.columns.map((column) => column.label)],
      ...ageSex.rows.map((row, along) => [row.label, ...(ageSex.cells[along] ?? [])]),
    ],
  ];
  return parts.map((lines) => lines.map(lineOf).join("\n")).join("\n\n");
}

const lineOf = (line: Line): string =>
  line.map((each) => (typeof each === "string" ? each : plain(each))).join("\t");

const plain = (cell: Cell): string =>
  cell.hidden || cell.value === null ? t("report.hidden") : String(cell.value);
