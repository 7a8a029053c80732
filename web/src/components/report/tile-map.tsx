/**
 * The city as a grid: every ward is one square near its true place.
 *
 * Drawn from the report alone, so it works without the network's help and in print. The colour
 * repeats the number in the square; the table below the map says the same to a screen reader.
 */
import { useState } from "preact/hooks";
import type { VisitReport, WardCell } from "../../api/types";
import { bounds, stepOf } from "../../domain/scale";
import { number } from "../../i18n/formats";
import { t } from "../../i18n/texts";

const SIZE = 52;
const GAP = 3;
const PITCH = SIZE + GAP;

/** The number, or that it is hidden: which may be to protect a small one beside it. */
export function shown(cell: { value: number | null; hidden: boolean }): string {
  return cell.hidden || cell.value === null ? t("report.hidden") : number(cell.value);
}

/** What fits into a square: "12,3k" from ten thousand on. */
function short(cell: WardCell): string {
  if (!cell.hidden && cell.value !== null && cell.value >= 10_000) {
    return `${number(cell.value / 1000)}k`;
  }
  return shown(cell);
}

/** Two lines of at most nine letters: enough to find a ward, the whole name is in its title. */
export function nameLines(name: string): string[] {
  const lines: string[] = [""];
  for (const word of name.replace(/ - .*/, "").split(" ")) {
    const last = lines.at(-1) as string;
    if (!last) lines[lines.length - 1] = word;
    else if (last.length + word.length < 9) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.length > 2 ? [lines[0] as string, `${lines[1] as string}…`] : lines;
}

export function TileMap({ report }: { report: VisitReport }) {
  const [active, setActive] = useState<WardCell | null>(null);
  const { wards, threshold } = report;
  const limits = bounds(wards.map((ward) => ward.value ?? 0));
  const columns = Math.max(...wards.map((ward) => ward.column)) + 1;
  const rows = Math.max(...wards.map((ward) => ward.row)) + 1;
  return (
    <figure class="tile-map">
      <svg
        viewBox={`0 0 ${columns * PITCH - GAP} ${rows * PITCH - GAP}`}
        role="img"
        aria-label={t("report.mapLabel")}
        onMouseLeave={() => setActive(null)}
      >
        {wards.map((ward) => (
          <g
            key={ward.code}
            class={ward.hidden ? "tile hidden-cell" : `tile step-${stepOf(ward.value ?? 0, limits)}`}
            transform={`translate(${ward.column * PITCH} ${ward.row * PITCH})`}
            onMouseEnter={() => setActive(ward)}
          >
            <title>{`${ward.name}: ${shown(ward)}`}</title>
            <rect width={SIZE} height={SIZE} rx="5" />
            {nameLines(ward.name).map((line, at) => (
              <text key={at} class="ward-name" x={SIZE / 2} y={13 + at * 10}>
                {line}
              </text>
            ))}
            <text class="ward-value" x={SIZE / 2} y={SIZE - 8}>
              {short(ward)}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>
        <Legend limits={limits} threshold={threshold} />
        <p class="active-ward" aria-hidden="true">
          {active ? `${active.name}: ${shown(active)}` : t("report.pointAtWard")}
        </p>
      </figcaption>
    </figure>
  );
}

function Legend({ limits, threshold }: { limits: number[]; threshold: number }) {
  return (
    <ul class="legend">
      <li>
        <span class="swatch step-0" />0
      </li>
      <li>
        <span class="swatch hidden-cell" />
        {t("report.hidden")}
      </li>
      {limits.map((limit, at) => {
        const from = at ? (limits[at - 1] as number) + 1 : Math.min(threshold, limit);
        return (
          <li key={limit}>
            <span class={`swatch step-${stepOf(limit, limits)}`} />
            {from < limit ? `${number(from)}–${number(limit)}` : number(limit)}
          </li>
        );
      })}
    </ul>
  );
}
