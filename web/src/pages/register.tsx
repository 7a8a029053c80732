/** Register a resident: from the search box with what was typed there, or from a draft. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Loading } from "../components/feedback";
import { type ResidentDraft, ResidentEditor } from "../components/register/editor";
import { useApp, useTitle } from "../context";
import { type ResidentForm, emptyResident } from "../domain/resident";
import { t } from "../i18n/texts";
import { navigate, to } from "../routes";

/** `turn` counts moves: the search box may lead here again, with another text. */
export function RegisterPage({ draft, turn }: { draft: string | null; turn: number }) {
  const { me, drafts, outbox, say } = useApp();
  const thenVisit = useRef(false);
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
  }, [draft, turn]);
  // Here and not in the form: the outbox may send by itself, even before the form is drawn.
  const mine = initial?.id ?? draft;
  useEffect(
    () =>
      outbox.listen((kind, subject, id) => {
        if (kind !== "resident" || (subject !== mine && subject !== draft)) return;
        say(t("register.saved"));
        navigate((thenVisit.current ? to.recordVisit : to.profile)(id), null, true);
      }),
    [outbox, mine, draft],
  );
  if (!initial) return <Loading />;
  return (
    <ResidentEditor
      key={initial.id}
      initial={initial}
      stored={draft !== null}
      thenVisit={thenVisit}
    />
  );
}
