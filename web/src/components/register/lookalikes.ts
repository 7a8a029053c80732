/** Asks the server who has a similar name or the same card while the form is typed. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../../api/client";
import type { ResidentHit } from "../../api/types";
import { type Lookalike, type ResidentForm, lookalikes } from "../../domain/resident";

export function useLookalikes(form: ResidentForm, today: string): Lookalike[] {
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
