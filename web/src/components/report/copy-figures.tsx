/** The button that puts the figures into the clipboard, for a spreadsheet. */
import type { VisitReport } from "../../api/types";
import { useApp } from "../../context";
import { asText } from "../../domain/report-text";
import { t } from "../../i18n/texts";

export function CopyFigures({ report }: { report: VisitReport }) {
  const { say } = useApp();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(asText(report));
      say(t("report.copied"));
    } catch {
      // A browser may forbid it, and has no clipboard at all without HTTPS.
      say(t("report.notCopied"));
    }
  };
  return (
    <button type="button" class="no-print" onClick={() => void copy()}>
      {t("report.copy")}
    </button>
  );
}
