/** The keyboard map, by "?": the keys that do something for this person. */
import { useEffect, useRef } from "preact/hooks";
import type { Me } from "../api/types";
import { type Key, t } from "../i18n/texts";

const KEYS: [string, Key, "everybody" | "clinical" | "records"][] = [
  ["/  ·  Ctrl K", "keys.search", "clinical"],
  ["↑ ↓  Enter", "keys.choose", "clinical"],
  ["F2", "keys.visit", "records"],
  ["F3", "keys.register", "records"],
  ["F4", "keys.repeat", "records"],
  ["Enter", "keys.next", "records"],
  ["F6  ·  Shift F6", "keys.part", "records"],
  ["Ctrl Enter", "keys.save", "records"],
  ["Ctrl P", "keys.print", "everybody"],
  ["Esc", "keys.back", "clinical"],
  ["?", "keys.help", "everybody"],
];

export function Help({ me, close }: { me: Me; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="help-title"
      onClose={close}
      // The page behind has the same keys: Esc would leave it and keep the dialog open.
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h2 id="help-title">{t("keys.title")}</h2>
      <table class="key-map">
        <tbody>
          {KEYS.filter(([, , whose]) => whose === "everybody" || me[whose]).map(([keys, text]) => (
            <tr key={keys}>
              <th scope="row">
                <kbd>{keys}</kbd>
              </th>
              <td>{t(text)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <form method="dialog" class="actions">
        <button class="primary">{t("close")}</button>
      </form>
    </dialog>
  );
}
