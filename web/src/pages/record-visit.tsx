/** Record a visit on one page: typed once, kept at every key, saved whole and once. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/client";
import type { Me, Profile } from "../api/types";
import { Failure, Loading } from "../components/feedback";
import { Storyboard } from "../components/storyboard";
import { VisitEditor } from "../components/visit/editor";
import { useApp, useTitle } from "../context";
import { type VisitForm, emptyVisit, newDrug } from "../domain/visit";
import { t } from "../i18n/texts";
import type { Draft } from "../store/drafts";
import type { Outgoing } from "../store/outbox";

/** What a draft of a visit holds: the form, and the document once it was handed over. */
export interface VisitDraft extends Partial<Outgoing> {
  form: VisitForm;
}

interface Opened {
  profile: Profile | null;
  draft: Draft<VisitDraft> | null;
  error: unknown;
}

export function RecordVisitPage({ resident }: { resident: string }) {
  const { me, drafts } = useApp();
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
      ([{ data, error }, draft]) => current && setOpened({ profile: data, draft, error }),
    );
    return () => {
      current = false;
    };
  }, [resident, turn]);
  if (!opened) return <Loading />;
  const { profile, draft } = opened;
  if (!profile && !draft) {
    return <Failure error={opened.error} retry={() => setTurn((last) => last + 1)} />;
  }
  const form = draft?.value.form ?? fresh(profile as Profile, me);
  return (
    <div class="with-storyboard">
      {profile ? <Storyboard profile={profile} today={me.today} /> : <aside class="storyboard"><h1 class="person">{form.patientName}</h1></aside>}
      <VisitEditor key={form.id} initial={form} draft={draft} profile={profile} />
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
  if (!repeat || !profile.prescription) return form;
  return { ...form, drugs: profile.prescription.drugs.map(newDrug) };
}
