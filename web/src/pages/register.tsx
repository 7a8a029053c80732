/** Register a resident: four fields are enough, a look-alike is shown before a second file is made. */
import { useEffect, useRef, useState } from "preact/hooks";
import ethnicities from "../../../ehr/terminology/data/ethnicities.json";
import { ApiError, api } from "../api/client";
import type { ResidentHit, Sex } from "../api/types";
import { Field } from "../components/field";
import { Loading, Notice } from "../components/feedback";
import { useApp, useTitle } from "../context";
import { mask, parseDate } from "../domain/date-entry";
import {
  type ResidentField,
  type ResidentForm,
  cardDoubts,
  capitalised,
  emptyResident,
  lookalikes,
  needsMother,
  residentProblems,
  toRegistration,
} from "../domain/resident";
import { age, date } from "../i18n/formats";
import { type Key, t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
import { navigate, to } from "../routes";
import { useAutosave } from "../store/autosave";
import type { Outcome } from "../store/outbox";

export interface ResidentDraft {
  form: ResidentForm;
  document?: { id: string };
}

export function RegisterPage({ draft }: { draft: string | null }) {
  const { me, drafts } = useApp();
  useTitle(t("register.title"));
  const [initial, setInitial] = useState<ResidentForm | null>(null);
  useEffect(() => {
    const typed = (history.state as { typed?: string } | null)?.typed ?? "";
    const fresh = (): ResidentForm => emptyResident(typed, me.wards[0]?.code ?? "");
    if (!draft) setInitial(fresh());
    else if (draft !== initial?.id) {
      void drafts
        .get<ResidentDraft>("resident", draft)
        .then((found) => setInitial(found?.value.form ?? fresh()));
    }
  }, [draft]);
  return initial ? <Editor key={initial.id} initial={initial} stored={draft !== null} /> : <Loading />;
}

type Step = "editing" | "sending" | "waiting" | ApiError;

function Editor({ initial, stored }: { initial: ResidentForm; stored: boolean }) {
  const { me, drafts, outbox, say } = useApp();
  const [form, setForm] = useState(initial);
  const [step, setStep] = useState<Step>("editing");
  const [tried, setTried] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const thenVisit = useRef(false);
  const busy = useRef(false);
  const open = step === "editing" || step instanceof ApiError;
  const touched = form !== initial || Boolean(initial.name || initial.cccd);
  const saved = useAutosave(form, open && (stored || touched), async (value) => {
    await drafts.put<ResidentDraft>("resident", value.id, { form: value });
    if (location.pathname === to.register()) history.replaceState(null, "", to.register(value.id));
  });
  const near = useLookalikes(form, me.today);
  const wrong = new Set(tried ? residentProblems(form, me.today) : []);
  const birth = parseDate(form.birth, me.today);
  const set = (field: ResidentField) => (event: { currentTarget: { value: string } }) =>
    setForm({ ...form, [field]: event.currentTarget.value });
  const error = (field: ResidentField): string | null => {
    if (step instanceof ApiError && serverField(step.field) === field) return step.message;
    return wrong.has(field) ? t(`register.wrong.${field}` as Key) : null;
  };

  const settle = (outcome: Outcome): void => {
    if (outcome.result === "sent") {
      say(t("register.saved"));
      navigate((thenVisit.current ? to.recordVisit : to.profile)(form.id), null, true);
    } else setStep(outcome.result === "refused" ? outcome.error : "waiting");
  };
  const save = (visit: boolean): void => {
    if (busy.current) return;
    thenVisit.current = visit;
    setTried(true);
    const [problem] = residentProblems(form, me.today);
    if (problem) return document.querySelector<HTMLElement>(`[name=${problem}]`)?.focus();
    busy.current = true;
    setStep("sending");
    const document_ = toRegistration(form, me.today);
    void outbox
      .send("resident", form.id, { form, document: document_ } as ResidentDraft & {
        document: { id: string };
      })
      .then(settle)
      .finally(() => {
        busy.current = false;
      });
  };
  const discard = async (): Promise<void> => {
    setStep("sending");
    await drafts.remove("resident", form.id);
    navigate(to.today, null, true);
  };
  useKeys(Layer.Page, {
    "Control+Enter": () => save(false),
    F2: () => save(true),
    Escape: () => navigate(to.today),
  });
  useEffect(() => first.current?.focus(), []);
  const doubts = cardDoubts(form, me.today);

  return (
    <form
      class="narrow register"
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <h1>{t("register.title")}</h1>
      {near.length > 0 && (
        <Notice tone="warning">
          <p>
            <b>{t("register.near")}</b>
          </p>
          <ul class="near">
            {near.map(({ hit, why }) => (
              <li key={hit.id}>
                <a href={to.profile(hit.id)} class="person">
                  {hit.name}
                </a>{" "}
                {date(hit.birthDate)}
                {hit.hamlet && ` · ${hit.hamlet}`} – <i>{t(`register.${why}`)}</i>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {step instanceof ApiError && (
        <Notice tone="error">
          <p>{step.message}</p>
          <Known error={step} />
        </Notice>
      )}
      {step === "waiting" && <Notice tone="warning">{t("register.waiting")}</Notice>}
      <fieldset disabled={!open} class="card form-grid">
        <Field
          label={t("resident.name")}
          name="name"
          required
          inputRef={first}
          maxLength={100}
          value={form.name}
          error={error("name")}
          onInput={set("name")}
          onBlur={() => setForm({ ...form, name: capitalised(form.name) })}
        />
        <Field
          label={t("resident.birth")}
          name="birth"
          required
          inputMode="text"
          maxLength={12}
          placeholder={t("date.form")}
          value={form.birth}
          error={error("birth")}
          hint={
            birth.ok
              ? `${birth.estimated ? t("date.about") : ""}${date(birth.value)} · ${age(birth.value, me.today)}`
              : t("date.hint")
          }
          onInput={(event) => setForm({ ...form, birth: mask(event.currentTarget.value) })}
        />
        <SexChoice value={form.sex} error={error("sex")} change={(sex) => setForm({ ...form, sex })} />
        <Field
          label={t("resident.line")}
          name="line"
          required
          maxLength={200}
          value={form.line}
          error={error("line")}
          onInput={set("line")}
        />
        <Field
          label={t("resident.hamlet")}
          name="hamlet"
          maxLength={100}
          value={form.hamlet}
          error={error("hamlet")}
          onInput={set("hamlet")}
        />
        {me.wards.length > 1 && (
          <div class="field">
            <label for="ward">{t("resident.ward")}</label>
            <select id="ward" value={form.ward} onChange={set("ward")}>
              {me.wards.map((ward) => (
                <option key={ward.code} value={ward.code}>
                  {ward.name}
                </option>
              ))}
            </select>
          </div>
        )}
        <Field
          label={t("resident.motherName")}
          name="motherName"
          required={needsMother(form, me.today)}
          maxLength={100}
          value={form.motherName}
          error={error("motherName")}
          onInput={set("motherName")}
        />
        <Field
          label={t("resident.cccdLong")}
          name="cccd"
          inputMode="numeric"
          maxLength={15}
          value={form.cccd}
          error={error("cccd")}
          hint={doubts.map((doubt) => t(`register.doubt.${doubt}`)).join(" ")}
          onInput={set("cccd")}
        />
        <Field
          label={t("resident.bhytLong")}
          name="bhyt"
          maxLength={20}
          value={form.bhyt}
          error={error("bhyt")}
          onInput={set("bhyt")}
        />
        <Field
          label={t("resident.phone")}
          name="phone"
          inputMode="tel"
          maxLength={20}
          value={form.phone}
          error={error("phone")}
          onInput={set("phone")}
        />
        <div class="field">
          <label for="ethnicity">{t("resident.ethnicity")}</label>
          <select id="ethnicity" value={form.ethnicity} onChange={set("ethnicity")}>
            {ethnicities.rows.map((row) => (
              <option key={row.code} value={row.code}>
                {row.name}
              </option>
            ))}
          </select>
        </div>
      </fieldset>
      <div class="save-bar">
        <p class="state" role="status" data-draft={saved}>
          {wrong.size > 0
            ? t("save.problems", { count: wrong.size })
            : saved !== "clean" && t(`draft.${saved}`)}
        </p>
        {step === "waiting" ? (
          <button type="button" class="primary" onClick={() => save(thenVisit.current)}>
            {t("save.again")}
          </button>
        ) : (
          <>
            <button type="button" class="quiet" onClick={() => void discard()} disabled={!open}>
              {t("save.discard")}
            </button>
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

function SexChoice(props: { value: Sex | ""; error: string | null; change: (sex: Sex) => void }) {
  return (
    <fieldset class="field sexes" aria-describedby={props.error ? "sex-error" : undefined}>
      <legend>
        {t("resident.sex")} <span class="required" aria-hidden="true">*</span>
      </legend>
      {(["female", "male", "other"] as const).map((sex) => (
        <label key={sex} class="choice">
          <input
            type="radio"
            name="sex"
            checked={props.value === sex}
            onChange={() => props.change(sex)}
          />
          {t(`sex.${sex}`)}
        </label>
      ))}
      {props.error && (
        <p class="wrong" id="sex-error">
          {props.error}
        </p>
      )}
    </fieldset>
  );
}

/** The files that the server found, when it refused a second one. */
function Known({ error }: { error: ApiError }) {
  const found = (error.body.residents ?? []) as ResidentHit[];
  return (
    <ul class="near">
      {found.map((hit) => (
        <li key={hit.id}>
          <a href={to.profile(hit.id)} class="person">
            {hit.name}
          </a>{" "}
          {date(hit.birthDate)}
        </li>
      ))}
    </ul>
  );
}

/** The document's field names are the form's, but for the date and the parts of the address. */
function serverField(field: string | null): string | null {
  if (field === "birthDate") return "birth";
  return field?.replace("address.", "") ?? null;
}

function useLookalikes(form: ResidentForm, today: string): ReturnType<typeof lookalikes> {
  const [hits, setHits] = useState<ResidentHit[]>([]);
  const card = form.cccd.replace(/\D/g, "");
  const question = card.length === 12 ? card : form.name.trim();
  useEffect(() => {
    if (question.split(/\s+/).length < 2 && question !== card) return setHits([]);
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api.residents(question, abort.signal).then(
        (found) => setHits(found.residents),
        () => undefined, // the server's own check stands behind this one
      );
    }, 300);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [question]);
  if (question === card) return hits.map((hit) => ({ hit, why: "sameCard" as const }));
  return lookalikes(form, hits, today);
}
