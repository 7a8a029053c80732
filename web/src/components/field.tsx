/** A label, its input, and what is wrong with it, tied together for a screen reader. */
import type { ComponentChildren, InputEventHandler, FocusEventHandler } from "preact";
import { useId } from "preact/hooks";

interface Props {
  label: ComponentChildren;
  name: string;
  value: string;
  onInput: InputEventHandler<HTMLInputElement>;
  onBlur?: FocusEventHandler<HTMLInputElement>;
  maxLength: number;
  inputMode?: "text" | "numeric" | "tel";
  placeholder?: string;
  required?: boolean;
  hint?: ComponentChildren;
  error?: string | null;
  inputRef?: { current: HTMLInputElement | null };
}

export function Field(props: Props) {
  const { label, hint, error } = props;
  const id = useId();
  const about = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>
        {label}
        {props.required && (
          <span class="required" aria-hidden="true">
            {" *"}
          </span>
        )}
      </label>
      <input
        ref={props.inputRef ?? null}
        id={id}
        name={props.name}
        type="text"
        inputMode={props.inputMode ?? "text"}
        autocomplete="off"
        maxLength={props.maxLength}
        placeholder={props.placeholder}
        // Not the native check: our own message says what to enter.
        aria-required={props.required || undefined}
        value={props.value}
        onInput={props.onInput}
        onBlur={props.onBlur}
        aria-invalid={error ? true : undefined}
        aria-describedby={about || undefined}
      />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="wrong" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
