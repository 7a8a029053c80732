/** A trend beside its number; the table of values is its text alternative. */
import { date, dayOf, number } from "../i18n/formats";

interface Point {
  at: string;
  value: number;
}

const WIDTH = 108;
const HEIGHT = 30;
const EDGE = 4;

/** The corners of the line, oldest at the left, for a box of WIDTH × HEIGHT. */
export function corners(points: Point[], low?: number, high?: number): [number, number][] {
  const values = points.map((point) => point.value);
  const least = Math.min(...values, low ?? Infinity);
  const most = Math.max(...values, high ?? -Infinity);
  const span = most - least || 1;
  const step = points.length > 1 ? (WIDTH - 2 * EDGE) / (points.length - 1) : 0;
  return points.map(({ value }, at) => [
    EDGE + at * step,
    HEIGHT - EDGE - ((value - least) / span) * (HEIGHT - 2 * EDGE),
  ]);
}

export function Sparkline(props: { label: string; lines: Point[][] }) {
  const all = props.lines.flat().map((point) => point.value);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const newest = props.lines[0] ?? [];
  const text = newest.map((point) => `${date(dayOf(point.at))}: ${number(point.value)}`).join("; ");
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={props.label}>
      <title>{`${props.label}: ${text}`}</title>
      {props.lines.map((points, at) => {
        const path = corners(points, low, high);
        const end = path.at(-1);
        return (
          <g key={at}>
            <polyline points={path.map((corner) => corner.join(",")).join(" ")} />
            {end && <circle cx={end[0]} cy={end[1]} r="2.6" />}
          </g>
        );
      })}
    </svg>
  );
}
