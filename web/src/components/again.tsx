/** What can be done while something waits to be sent: write on, log in again, or try at once. */
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n/texts";
import { to } from "../routes";
import type { Reason } from "../store/outbox";

interface Props {
  reason: Reason;
  again: () => void;
  edit: () => void;
}

export function Again({ reason, again, edit }: Props) {
  const login = useRef<HTMLAnchorElement>(null);
  const retry = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The field that had the focus is shut; whoever went elsewhere meanwhile stays there.
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost) (login.current ?? retry.current)?.focus();
  }, [reason]);
  return (
    <>
      <button type="button" onClick={edit}>
        {t("save.edit")}
      </button>
      {reason === "session" ? (
        <a class="button primary" ref={login} href={to.login(location.pathname + location.search)}>
          {t("login.button")}
        </a>
      ) : (
        <button type="button" class="primary" ref={retry} onClick={again}>
          {t("save.again")}
        </button>
      )}
    </>
  );
}
