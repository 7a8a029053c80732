/** Waiting, failing, and one message in a box. */
import type { ComponentChildren } from "preact";
import { ApiError, NoAnswer } from "../api/client";
import { triesAgain } from "../context";
import { t } from "../i18n/texts";

type Tone = "error" | "warning" | "good" | "info";

const SIGNS: Record<Tone, string> = { error: "✕", warning: "!", good: "✓", info: "i" };

export function Notice(props: { tone: Tone; children: ComponentChildren }) {
  return (
    <div class={`notice ${props.tone}`} role={props.tone === "error" ? "alert" : "status"}>
      <span class="sign" aria-hidden="true">
        {SIGNS[props.tone]}
      </span>
      <div>{props.children}</div>
    </div>
  );
}

export function Loading() {
  return (
    <p class="loading" role="status">
      {t("loading")}
    </p>
  );
}

/** One sentence that says what happened and what to do. */
export function explain(error: unknown): string {
  if (error instanceof NoAnswer) return t("error.noAnswer");
  if (error instanceof ApiError && error.message) return error.message;
  if (error instanceof ApiError && error.status === 401) return t("error.loggedOut");
  return t("error.unknown");
}

/** Of a page that loads by `useLoad` or `useRetries`. */
export function Failure(props: { error: unknown; retry: () => void }) {
  const gone = props.error instanceof ApiError && [403, 404].includes(props.error.status);
  const byItself = triesAgain(props.error);
  return (
    <Notice tone="error">
      <p>
        {explain(props.error)} {byItself && t("retry.byItself")}
      </p>
      {!gone && (
        <button type="button" onClick={props.retry}>
          {t("retry")}
        </button>
      )}
    </Notice>
  );
}
