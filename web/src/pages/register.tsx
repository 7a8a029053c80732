/** Register a resident: from the search box with what was typed there, or from a draft. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Loading } from "../components/feedback";
import { type ResidentDraft, ResidentEditor } from "../components/register/editor";
import { useApp, useTitle } from "../context";
import { type ResidentForm, emptyResident } from "../domain/resident";
import { t } from "../i18n/texts";
import { navigate, to } from "../routes";
import type { State } from "../store/drafts";

/** `turn` counts moves: the search box may lead here again, with another text. */
export function RegisterPage({ draft, turn }: { draft: string | null; turn: number }) {
  const { me, drafts, outbox, say } = useApp();
  const thenVisit = useRef(false);
  const writing = useRef(false);
  useTitle(t("register.title"));
  const [opened, setOpened] = useState<{ form: ResidentForm; draft: State | null } | null>(null);
  useEffect(() => {
    const typed = (history.state as { typed?: string } | null)?.typed ?? "";
    const fresh = (): ResidentForm => emptyResident(typed, me.wards[0]?.code ?? "");
    if (!draft) setOpened({ form: fresh(), draft: null });
    else if (draft !== opened?.form.id) {
      void drafts
        .get<ResidentDraft>("resident", draft)
        .then((found) =>
          setOpened({ form: found?.value.form ?? fresh(), draft: found?.state ?? null }),
        );
    }
  }, [draft, turn]);
  // Here and not in the form: the outbox may send by itself, even before the form is drawn.
  const mine = opened?.form.id ?? draft;
  useEffect(
    () =>
      outbox.listen(({ kind, subject, outcome }) => {
        if (outcome.result !== "sent" || kind !== "resident") return;
        if (writing.current || (subject !== mine && subject !== draft)) return;
        say(t("register.saved"));
        navigate((thenVisit.current ? to.recordVisit : to.profile)(outcome.id), null, true);
      }),
    [outbox, mine, draft],
  );
  if (!opened) return <Loading />;
  const { form } = opened;
  return (
    <ResidentEditor key={form.id} initial={form} draft={opened.draft} thenVisit={thenVisit} writing={writing} />
  );
}
