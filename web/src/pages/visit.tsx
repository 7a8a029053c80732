/** One visit of the past, to read and to print (A5 or A4, see style/print.css). */
import { useEffect } from "preact/hooks";
import { api } from "../api/client";
import { Failure, Loading } from "../components/feedback";
import { VisitCard } from "../components/visit-card";
import { useApp, useLoad, useTitle } from "../context";
import { isAdult } from "../domain/vitals";
import { age, date, dateWithWeekday } from "../i18n/formats";
import { t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
import { navigate, to } from "../routes";

export function VisitPage({ resident, visit }: { resident: string; visit: string }) {
  const { me } = useApp();
  useTitle(t("visit.summary"));
  const { data, error, reload } = useLoad(visit, () => api.visit(visit));
  useKeys(Layer.Page, {
    Escape: () => navigate(to.profile(resident)),
    "Control+p": () => print(),
  });
  useEffect(() => {
    if (data && (history.state as { print?: boolean } | null)?.print) {
      history.replaceState(null, "");
      print();
    }
  }, [data]);
  if (error) return <Failure error={error} retry={reload} />;
  if (!data) return <Loading />;
  const person = data.resident;
  const facts = [
    [t("resident.birth"), `${date(person.birthDate)} (${age(person.birthDate, me.today)})`],
    [t("resident.sex"), t(`sex.${person.sex}`)],
    // On paper a missing one shows as missing: somebody asks for it, or writes it in.
    [t("resident.cccd"), person.cccd ?? "–"],
    [t("resident.bhyt"), person.bhyt ?? "–"],
    [t("resident.phone"), person.phone ?? "–"],
    [t("resident.address"), person.address ?? "–"],
  ];
  return (
    <div class="narrow">
      <p class="actions no-print">
        <a class="button" href={to.profile(resident)}>
          ← {t("visit.toProfile")}
        </a>
        <button type="button" class="primary" onClick={() => print()}>
          {t("print")}
        </button>
      </p>
      <section class="card sheet">
        <header class="sheet-head">
          <p>
            {t("print.station", { ward: data.visit.ward?.name ?? "" })}
          </p>
          <h1>{t("visit.summary")}</h1>
        </header>
        <h2 class="person">{person.name}</h2>
        <dl class="facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <VisitCard visit={data.visit} adult={isAdult(person.birthDate, me.today)} />
        <footer class="signature">
          <p>{t("print.day", { date: dateWithWeekday(me.today) })}</p>
          <p>
            <b>{t("print.signature")}</b>
          </p>
          <p class="space">{data.visit.author}</p>
        </footer>
      </section>
    </div>
  );
}
