/** A question in a native dialog: Esc and the second button are "no". */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  title: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  /** Whether "yes" cannot be taken back: a quick Enter then means "no". */
  final?: boolean;
  children?: ComponentChildren;
}

export function Confirm(props: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        props.onNo();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
      <p class="actions">
        <button type="button" onClick={props.onNo} autofocus={props.final}>
          {props.no}
        </button>
        <button type="button" class="primary" onClick={props.onYes} autofocus={!props.final}>
          {props.yes}
        </button>
      </p>
    </dialog>
  );
}
