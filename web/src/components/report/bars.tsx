/** Ranked bars: the number stands beside each, the length only repeats it. */
import type { Margin } from "../../api/types";
import { shown } from "./tile-map";

interface Props {
  title: string;
  bars: Margin[];
}

export function Bars({ title, bars }: Props) {
  const most = Math.max(1, ...bars.map((bar) => bar.value ?? 0));
  return (
    <table class="bars">
      <caption>{title}</caption>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.code}>
            <th scope="row" title={bar.label}>
              {bar.label}
            </th>
            <td class="number">{shown(bar)}</td>
            <td class="bar-cell" aria-hidden="true">
              <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                <rect width={((bar.value ?? 0) / most) * 100} height="10" rx="1" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
