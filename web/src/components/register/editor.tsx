/** The form of a new resident and its life: draft, checks, handing over, what the server said. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../../api/client";
import { useApp } from "../../context";
import {
  type ResidentField,
  type ResidentForm,
  birthProblem,
  isTyped,
  residentProblems,
  toRegistration,
} from "../../domain/resident";
import { type Key, t } from "../../i18n/texts";
import { Layer, keepEnter, useKeys } from "../../keys";
import { navigate, to } from "../../routes";
import { useAutosave } from "../../store/autosave";
import type { State } from "../../store/drafts";
import type { Outcome } from "../../store/outbox";
import { Notice } from "../feedback";
import { Again } from "../again";
import { Discard } from "../discard";
import { Fields } from "./fields";
import { useLookalikes } from "./lookalikes";
import { Known, NearHits, serverField } from "./parts";

export interface ResidentDraft {
  form: ResidentForm;
  document?: { id: string };
}

type Waiting = Extract<Outcome, { result: "waiting" }>;
type Step = "editing" | "sending" | Waiting | ApiError;

interface Props {
  initial: ResidentForm;
  /** What this browser keeps of it already. */
  draft: State | null;
  /** Set when a visit is to follow once the resident is saved. */
  thenVisit: { current: boolean };
  /** Kept here for the page: whether it can be written on. */
  writing: { current: boolean };
}

export function ResidentEditor({ initial, draft, thenVisit, writing }: Props) {
  const { me, outbox } = useApp();
  const [form, setForm] = useState(initial);
  const [step, setStep] = useState<Step>(
    draft === "waiting" ? { result: "waiting", reason: "network" } : "editing",
  );
  const [tried, setTried] = useState(false);
  const busy = useRef(false);
  const open = step === "editing" || step instanceof ApiError;
  writing.current = open;
  const waiting = typeof step === "object" && !(step instanceof ApiError) ? step : null;
  const touched = form !== initial || Boolean(initial.name || initial.cccd);
  const saved = useAutosave(form, open && (draft !== null || touched), async (value) => {
    await outbox.keep("resident", value.id, { form: value });
    if (location.pathname === to.register()) history.replaceState(null, "", to.register(value.id));
  });
  const near = useLookalikes(form, me.today);
  const wrong = new Set(tried ? residentProblems(form, me.today) : []);
  const error = (field: ResidentField): string | null => {
    if (step instanceof ApiError && serverField(step.field) === field) return step.message;
    if (!wrong.has(field)) return null;
    const birth = field === "birth" && birthProblem(form, me.today);
    return birth ? t(`register.birth.${birth}`) : t(`register.wrong.${field}` as Key);
  };

  const settle = (outcome: Outcome): void => {
    // Of what was sent the page hears, and leaves.
    if (outcome.result === "waiting") setStep(outcome);
    else if (outcome.result === "unkept") setStep("editing");
    else if (outcome.result === "refused") {
      setStep(outcome.error);
      focusLater(serverField(outcome.error.field) ?? "name");
    }
  };
  const change = (value: ResidentForm): void => {
    setForm(value);
    // What was refused was another form.
    if (step instanceof ApiError) setStep("editing");
  };
  const outgoing = () => ({ form, document: toRegistration(form, me.today) });
  const edit = async (): Promise<void> => {
    if (!(await outbox.recall("resident", form.id, outgoing()))) return;
    setStep("editing");
    focusLater("name");
  };
  const save = (visit: boolean): void => {
    if (busy.current) return;
    thenVisit.current = visit;
    setTried(true);
    const [problem] = residentProblems(form, me.today);
    if (problem) focusLater(problem);
    else hand();
  };
  const hand = (): void => {
    busy.current = true;
    setStep("sending");
    void outbox
      .send("resident", form.id, outgoing())
      .finally(() => {
        busy.current = false;
      });
  };
  const discard = async (): Promise<void> => {
    setStep("sending");
    await outbox.drop("resident", form.id, form.id);
    navigate(to.today, null, true);
  };
  // Whoever sent it: the outbox tries again by itself, and so does another window.
  useEffect(() =>
    outbox.listen(({ document, outcome }) => {
      if (document === form.id && !writing.current) settle(outcome);
    }),
  );
  useEffect(() => {
    if (waiting) hand();
  }, []);
  useKeys(Layer.Page, {
    "Control+Enter": () => save(false),
    F2: () => save(true),
    Escape: () => navigate(to.today),
  });

  return (
    <form
      class="narrow register"
      onKeyDown={keepEnter}
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <h1>{t("register.title")}</h1>
      <NearHits near={near} />
      {step instanceof ApiError && (
        <Notice tone="error">
          <p>{step.message}</p>
          <Known error={step} />
        </Notice>
      )}
      {waiting && <Notice tone="warning">{t(`register.waiting.${waiting.reason}`)}</Notice>}
      <Fields form={form} today={me.today} wards={me.wards} disabled={!open} error={error} change={change} />
      <div class="save-bar">
        <p class="state" role="status" data-draft={saved}>
          {wrong.size > 0
            ? t("save.problems", { count: wrong.size })
            : open
              ? saved !== "clean" && t(`draft.${saved}`)
              : step === "sending" && t("save.sending")}
        </p>
        {waiting ? (
          <Again
            reason={waiting.reason}
            again={hand}
            edit={() => void edit()}
          />
        ) : (
          <>
            <Discard disabled={!open} empty={!isTyped(form)} discard={() => void discard()} />
            <button type="submit" disabled={!open}>
              {t("save.plain")} <kbd>Ctrl ↵</kbd>
            </button>
            <button type="button" class="primary" onClick={() => save(true)} disabled={!open}>
              {t("register.saveAndVisit")} <kbd>F2</kbd>
            </button>
          </>
        )}
      </div>
    </form>
  );
}

/** After the next drawing: while a form is being sent its fields cannot take the focus. */
function focusLater(field: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[name="${field}"]`)?.focus());
}
