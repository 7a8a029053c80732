/** Age by sex: the one cross table that is published. */
import type { VisitReport } from "../../api/types";
import { t } from "../../i18n/texts";
import { shown } from "./tile-map";

export function AgeSex({ report }: { report: VisitReport }) {
  const { rows, columns, cells } = report.ageSex;
  const most = Math.max(1, ...cells.flat().map((cell) => cell.value ?? 0));
  return (
    <table class="age-sex">
      <caption>{t("report.ageSex")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("report.ageBand")}</th>
          {columns.map((column) => (
            <th scope="col" key={column.code}>
              {column.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={row.code}>
            <th scope="row">{row.label}</th>
            {columns.map((column, along) => {
              const cell = cells[at]?.[along] ?? { value: null, hidden: true };
              const shade = cell.hidden ? 0 : Math.ceil(((cell.value ?? 0) / most) * 4);
              return (
                <td key={column.code} class={`number shade-${shade}`}>
                  {shown(cell)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
