/** Register a resident: from the search box with what was typed there, or from a draft. */
import { useEffect, useState } from "preact/hooks";
import { Loading } from "../components/feedback";
import { type ResidentDraft, ResidentEditor } from "../components/register/editor";
import { useApp, useTitle } from "../context";
import { type ResidentForm, emptyResident } from "../domain/resident";
import { t } from "../i18n/texts";

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
  return initial ? <ResidentEditor key={initial.id} initial={initial} stored={draft !== null} /> : <Loading />;
}
