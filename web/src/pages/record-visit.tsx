/** Record a visit on one page: typed once, kept at every key, saved whole and once. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Me, Profile } from "../api/types";
import { Failure, Loading } from "../components/feedback";
import { Storyboard } from "../components/storyboard";
import { type VisitDraft, VisitEditor } from "../components/visit/editor";
import { useApp, useRetries, useTitle } from "../context";
import { type VisitForm, emptyVisit, repeated } from "../domain/visit";
import { t } from "../i18n/texts";
import { navigate, to } from "../routes";
import type { Draft } from "../store/drafts";

interface Opened {
  profile: Profile | null;
  draft: Draft<VisitDraft> | null;
  /** Made once: a new one at every drawing would be a new visit, and an empty form. */
  form: VisitForm | null;
  error: unknown;
}

export function RecordVisitPage({ resident }: { resident: string }) {
  const { me, drafts, outbox, say } = useApp();
  const printAfter = useRef(false);
  const writing = useRef(false);
  useTitle(t("visit.new"));
  const [opened, setOpened] = useState<Opened | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    // Without the network the draft alone is enough to go on writing.
    const profile = api.profile(resident).then(
      (data) => ({ data, error: null as unknown }),
      (error: unknown) => ({ data: null, error }),
    );
    void Promise.all([profile, drafts.get<VisitDraft>("visit", resident)]).then(
      ([{ data, error }, draft]) => {
        if (!current) return;
        setOpened((last) =>
          // The form that is being written stays, and gets what is known about its person.
          last?.form
            ? { ...last, profile: data, error }
            : { profile: data, draft, form: draft?.value.form ?? (data && fresh(data, me)), error },
        );
      },
    );
    return () => {
      current = false;
    };
  }, [resident, turn]);
  // Here and not in the form: the outbox may send by itself, even before the form is drawn.
  const mine = opened?.form?.id;
  useEffect(
    () =>
      outbox.listen(({ kind, subject, document, outcome }) => {
        if (outcome.result !== "sent" || kind !== "visit" || subject !== resident) return;
        // Another window's: here the next one is written, or more of this one, which is not there.
        if (mine && (mine !== document || writing.current)) return;
        const { id } = outcome;
        say(t("visit.saved"));
        if (printAfter.current) navigate(to.visit(resident, id), { print: true }, true);
        else navigate(to.profile(resident), { saved: id }, true);
      }),
    [outbox, resident, mine],
  );
  const retry = (): void => setTurn((last) => last + 1);
  useRetries(opened?.error, retry);
  if (!opened) return <Loading />;
  const { profile, draft, form } = opened;
  if (!form) return <Failure error={opened.error} retry={retry} />;
  return (
    <div class="with-storyboard">
      {profile ? (
        <Storyboard profile={profile} today={me.today} />
      ) : (
        <aside class="storyboard">
          <section>
            <h1 class="person">{form.patientName}</h1>
            <Failure error={opened.error} retry={retry} />
          </section>
        </aside>
      )}
      <VisitEditor
        key={form.id}
        initial={form}
        draft={draft}
        profile={profile}
        printAfter={printAfter}
        writing={writing}
      />
    </div>
  );
}

function fresh(profile: Profile, me: Me): VisitForm {
  const { id, name, bhyt, ward: home } = profile.resident;
  // Whoever works at several wards sees most people of a ward at that ward.
  const ward = me.wards.find((each) => each.code === home?.code) ?? me.wards[0];
  const subject = { id, name, insured: Boolean(bhyt), ward: ward?.code ?? "" };
  const form = emptyVisit(subject, me.today, new Date());
  const repeat = (history.state as { repeat?: boolean } | null)?.repeat;
  const earlier = profile.timeline.find((visit) => visit.drugs.length > 0);
  return repeat && earlier ? repeated(form, earlier) : form;
}
