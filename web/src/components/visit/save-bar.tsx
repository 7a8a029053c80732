/** Always in sight: what became of what was typed, and the button that sends it. */
import type { ApiError } from "../../api/client";
import { useApp } from "../../context";
import { t } from "../../i18n/texts";
import type { Saved } from "../../store/autosave";
import type { Reason } from "../../store/outbox";
import { Again } from "../again";
import { Discard } from "../discard";

/** Where the visit is; `waiting` says why the server has not acknowledged it yet. */
export type Sending =
  | { step: "editing" }
  | { step: "sending" }
  | { step: "waiting"; reason: Reason }
  | { step: "refused"; error: ApiError };

interface Props {
  sending: Sending;
  saved: Saved;
  hasDraft: boolean;
  empty: boolean;
  problems: number;
  save: (print: boolean) => void;
  again: () => void;
  edit: () => void;
  discard: () => void;
  /** Where the visit is that another sending recorded. */
  recorded: string;
}

export function SaveBar(props: Props) {
  const { sending } = props;
  const waiting = sending.step === "waiting";
  // Sent before, from another tab or with an answer that was lost: saving again cannot help.
  const recorded = sending.step === "refused" && sending.error.code === "key-reused";
  return (
    <div class="save-bar">
      <Status {...props} />
      {waiting ? (
        <Again reason={sending.reason} again={props.again} edit={props.edit} />
      ) : (
        <>
          {props.hasDraft && (
            <Discard
              disabled={sending.step === "sending"}
              empty={props.empty}
              discard={props.discard}
            />
          )}
          {recorded ? (
            <a class="button primary" id="save" href={props.recorded}>
              {t("save.recorded")}
            </a>
          ) : (
            <Buttons sending={sending.step === "sending"} save={props.save} />
          )}
        </>
      )}
    </div>
  );
}

function Buttons({ sending, save }: { sending: boolean; save: Props["save"] }) {
  return (
    <>
      <button type="button" disabled={sending} onClick={() => save(true)}>
        {t("save.print")}
      </button>
      <button type="submit" id="save" class="primary" disabled={sending}>
        {sending ? t("save.sending") : t("save.button")} <kbd>Ctrl ↵</kbd>
      </button>
    </>
  );
}

function Status({ sending, saved, problems }: Props) {
  const { expired } = useApp();
  if (sending.step === "refused") {
    return (
      <p class="state error" role="alert">
        ✕ {t("save.refused", { message: sending.error.message })}
      </p>
    );
  }
  if (sending.step === "waiting") {
    return (
      <p class="state warning" role="alert">
        ↑ {t(`save.waiting.${sending.reason}`)}
      </p>
    );
  }
  if (sending.step === "sending") return <p class="state">{t("save.sending")}</p>;
  if (problems) {
    return (
      <p class="state error" role="alert">
        ✕ {t("save.problems", { count: problems })}
      </p>
    );
  }
  if (expired) return <p class="state warning">! {t("save.expired")}</p>;
  const tone = saved === "failed" ? "error" : "";
  return (
    <p class={`state ${tone}`} role="status" data-draft={saved}>
      {saved !== "clean" && t(`draft.${saved}`)}
    </p>
  );
}
