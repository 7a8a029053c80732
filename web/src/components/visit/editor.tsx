/** The form of a visit and its life: draft, checks, handing over, what the server said. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Profile } from "../../api/types";
import { useApp } from "../../context";
import {
  type Problem,
  type VisitForm,
  isTouched,
  problems,
  repeated,
  toDocument,
  unconfirmed,
} from "../../domain/visit";
import { type Vital, isAdult } from "../../domain/vitals";
import { focusFirst } from "../../focus";
import { t } from "../../i18n/texts";
import { Layer, keepEnter, useKeys } from "../../keys";
import { navigate, to } from "../../routes";
import { useAutosave } from "../../store/autosave";
import type { Draft } from "../../store/drafts";
import type { Outcome, Outgoing } from "../../store/outbox";
import { Confirm } from "../confirm";
import { drugId } from "./drug-lines";
import { Fields } from "./fields";
import { toPart } from "./parts";
import { SaveBar, type Sending } from "./save-bar";
import { vitalId } from "./vitals-grid";

/** What a draft of a visit holds: the form, and the document once it was handed over. */
export interface VisitDraft extends Partial<Outgoing> {
  form: VisitForm;
}

interface Props {
  initial: VisitForm;
  draft: Draft<VisitDraft> | null;
  profile: Profile | null;
  /** Set when the visit is to be printed once it is saved. */
  printAfter: { current: boolean };
  /** Kept here for the page: whether it can be written on. */
  writing: { current: boolean };
}

export function VisitEditor({ initial, draft, profile, printAfter, writing }: Props) {
  const { me, outbox, say } = useApp();
  const [form, setForm] = useState(initial);
  const [sending, setSending] = useState<Sending>(
    draft?.state === "waiting" ? { step: "waiting", reason: "network" } : { step: "editing" },
  );
  const [tried, setTried] = useState(false);
  const [doubts, setDoubts] = useState<{ vital: Vital; mark: string }[] | null>(null);
  const busy = useRef(false);
  const adult = profile ? isAdult(profile.resident.birthDate, me.today) : true;
  const open = sending.step === "editing" || sending.step === "refused";
  writing.current = open;
  const earlier = profile?.timeline.find((visit) => visit.drugs.length > 0);
  const patch = (part: Partial<VisitForm>): void => {
    setForm((last) => ({ ...last, ...part }));
    // What was refused was another form.
    setSending((last) => (last.step === "refused" ? { step: "editing" } : last));
  };
  const saved = useAutosave(form, open && (draft !== null || isTouched(form)), (value) =>
    outbox.keep("visit", value.patient, { form: value }),
  );

  const wrong = tried ? problems(form, me.today, adult) : [];

  const settle = (outcome: Outcome): void => {
    if (outcome.result === "sent") return; // the page hears of it and leaves
    if (outcome.result === "waiting") {
      setSending({ step: "waiting", reason: outcome.reason });
    } else if (outcome.result === "unkept") {
      setSending({ step: "editing" });
    } else {
      setSending({ step: "refused", error: outcome.error });
      focusField(outcome.error.field, form);
    }
  };
  const outgoing = (value: VisitForm) => ({ form: value, document: toDocument(value) });
  const hand = (value: VisitForm): void => {
    busy.current = true;
    setSending({ step: "sending" });
    void outbox
      .send("visit", value.patient, outgoing(value))
      .finally(() => {
        busy.current = false;
      });
  };
  const save = (print: boolean): void => {
    if (busy.current || sending.step === "sending") return;
    printAfter.current = print;
    const found = problems(form, me.today, adult);
    setTried(true);
    if (found[0]) return focusProblem(found[0]);
    const unsure = unconfirmed(form, adult);
    if (unsure.length) setDoubts(unsure);
    else hand(form);
  };
  const confirm = (): void => {
    const value = { ...form, confirmed: (doubts ?? []).map((doubt) => doubt.mark) };
    setDoubts(null);
    setForm(value);
    hand(value);
  };
  const edit = async (): Promise<void> => {
    if (!(await outbox.recall("visit", form.patient, outgoing(form)))) return;
    setSending({ step: "editing" });
    focusLater("reason");
  };
  const repeat = (): void => {
    if (!earlier || !open) return;
    patch(repeated(form, earlier));
    say(t("drug.repeated", { count: earlier.drugs.length }));
    document.getElementById(vitalId("systolic"))?.focus();
  };
  const discard = async (): Promise<void> => {
    setSending({ step: "sending" });
    await outbox.drop("visit", form.patient, form.id);
    navigate(to.profile(form.patient), null, true);
  };
  useKeys(Layer.Page, {
    "Control+Enter": () => save(false),
    F4: repeat,
    F6: (event) => toPart(event.shiftKey),
    Escape: () => navigate(to.profile(form.patient)),
  });
  // Whoever sent it: the outbox tries again by itself, and so does another window.
  useEffect(() =>
    outbox.listen(({ document, outcome }) => {
      if (document === form.id && !writing.current) settle(outcome);
    }),
  );
  useEffect(() => {
    if (sending.step === "waiting") hand(form);
    else focusFirst(document.getElementById(form.reason ? "vital-systolic" : "reason"));
  }, []);

  return (
    <form
      class="visit-form"
      aria-label={t("visit.new")}
      onKeyDown={keepEnter}
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <fieldset disabled={!open}>
        <Fields
          form={form}
          profile={profile}
          earlier={earlier}
          adult={adult}
          today={me.today}
          wrong={wrong}
          tried={tried}
          patch={patch}
          repeat={repeat}
        />
      </fieldset>
      <SaveBar
        sending={sending}
        saved={saved}
        hasDraft={draft !== null || isTouched(form)}
        empty={!isTouched(form)}
        problems={wrong.length}
        save={save}
        again={() => hand(form)}
        edit={() => void edit()}
        discard={() => void discard()}
        recorded={to.visit(form.patient, form.id)}
      />
      {doubts && (
        <Confirm
          title={t("confirm.unusual")}
          yes={t("confirm.right")}
          no={t("confirm.change")}
          onYes={confirm}
          onNo={() => {
            setDoubts(null);
            if (doubts[0]) focusLater(vitalId(doubts[0].vital));
          }}
        >
          <ul>
            {doubts.map(({ vital, mark }) => (
              <li key={mark}>
                {t(`vital.${vital}`)}: <b>{mark.split("=")[1]?.replace(".", ",")}</b>
              </li>
            ))}
          </ul>
        </Confirm>
      )}
    </form>
  );
}

function focusProblem(problem: Problem): void {
  const ids: Record<Problem["at"], string> = {
    reason: "reason",
    vital: problem.at === "vital" ? vitalId(problem.vital) : "",
    diagnoses: "diagnosis",
    drug: problem.at === "drug" ? drugId(problem.key, problem.field) : "",
    nextDate: document.getElementById("next-date-own") ? "next-date-own" : "next-date",
  };
  document.getElementById(ids[problem.at])?.focus();
}

/** The server names a field of the document: "vitals.systolic", "drugs[1].days". */
function focusField(field: string | null, form: VisitForm): void {
  const [first = "", second = ""] = (field ?? "").split(".");
  const drug = form.drugs[Number(/^drugs\[(\d+)\]$/.exec(first)?.[1] ?? NaN)];
  const id = first === "vitals" ? `vital-${second}` : drug ? drugId(drug.key, second) : first;
  const known: Record<string, string> = { nextDate: "next-date" };
  const target = id.startsWith("diagnoses") ? "diagnosis" : (known[id] ?? id);
  focusLater(target);
}

/** After the next drawing: a field that is shut, or behind a dialog, cannot take the focus. */
function focusLater(id: string): void {
  requestAnimationFrame(() =>
    (document.getElementById(id) ?? document.getElementById("save"))?.focus(),
  );
}
