/** The keyboard map, by "?". */
import { useEffect, useRef } from "preact/hooks";
import { type Key, t } from "../i18n/texts";

const KEYS: [string, Key][] = [
  ["/  ·  Ctrl K", "keys.search"],
  ["↑ ↓  Enter", "keys.choose"],
  ["F2", "keys.visit"],
  ["F3", "keys.register"],
  ["F4", "keys.repeat"],
  ["Enter", "keys.next"],
  ["Ctrl Enter", "keys.save"],
  ["Ctrl P", "keys.print"],
  ["Esc", "keys.back"],
  ["?", "keys.help"],
];

export function Help({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">{t("keys.title")}</h2>
      <table class="key-map">
        <tbody>
          {KEYS.map(([keys, text]) => (
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
