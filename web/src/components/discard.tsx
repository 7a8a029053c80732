/** The button that drops a draft, after a question: what was typed cannot be brought back. */
import { useRef, useState } from "preact/hooks";
import { t } from "../i18n/texts";
import { Confirm } from "./confirm";

interface Props {
  disabled: boolean;
  /** Nothing was typed: there is nothing to ask about. */
  empty: boolean;
  discard: () => void;
}

export function Discard({ disabled, empty, discard }: Props) {
  const [asked, setAsked] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const keep = (): void => {
    setAsked(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="quiet"
        disabled={disabled}
        onClick={() => (empty ? discard() : setAsked(true))}
      >
        {t("save.discard")}
      </button>
      {asked && (
        <Confirm
          title={t("discard.title")}
          yes={t("save.discard")}
          no={t("discard.keep")}
          onYes={discard}
          onNo={keep}
          final
        >
          <p>{t("discard.lost")}</p>
        </Confirm>
      )}
    </>
  );
}
