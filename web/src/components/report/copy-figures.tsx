/** The button that puts the figures into the clipboard, for a spreadsheet. */
import { useState } from "preact/hooks";
import type { VisitReport } from "../../api/types";
import { useApp } from "../../context";
import { asText } from "../../domain/report-text";
import { t } from "../../i18n/texts";

export function CopyFigures({ report }: { report: VisitReport }) {
  const { say } = useApp();
  const [refused, setRefused] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(asText(report));
      setRefused(false);
      say(t("report.copied"));
    } catch {
      // A browser may forbid it, and has no clipboard at all without HTTPS.
      setRefused(true);
    }
  };
  return (
    <>
      {refused && (
        <p class="state warning no-print" role="alert">
          ! {t("report.notCopied")}
        </p>
      )}
      <button type="button" class="no-print" onClick={() => void copy()}>
        {t("report.copy")}
      </button>
    </>
  );
}
