/** Who this is, and what must not be overlooked: beside every page about a person. */
import type { Profile, Resident } from "../api/types";
import { age, date } from "../i18n/formats";
import { t } from "../i18n/texts";

export function Storyboard({ profile, today }: { profile: Profile; today: string }) {
  const { resident, allergies, problems } = profile;
  return (
    <aside class="storyboard" aria-label={t("storyboard.title")}>
      <Identity resident={resident} today={today} />
      <section>
        <h2>{t("storyboard.allergies")}</h2>
        {allergies.length ? (
          <ul class="allergies">
            {allergies.map((allergy) => (
              <li key={allergy}>
                <span aria-hidden="true">⚠ </span>
                {allergy}
              </li>
            ))}
          </ul>
        ) : (
          <p class="none">{t("storyboard.noAllergies")}</p>
        )}
      </section>
      <section>
        <h2>{t("storyboard.problems")}</h2>
        {problems.length ? (
          <ul class="problems">
            {problems.map((problem) => (
              <li key={problem.code}>
                <b class="code">{problem.code}</b> {problem.display}
                <span class="since">{t("storyboard.since", { date: date(problem.since) })}</span>
              </li>
            ))}
          </ul>
        ) : (
          <p class="none">{t("storyboard.noProblems")}</p>
        )}
      </section>
      {profile.nextDate && profile.nextDate >= today && (
        <section>
          <h2>{t("visit.nextDate")}</h2>
          <p>{date(profile.nextDate)}</p>
        </section>
      )}
    </aside>
  );
}

function Identity({ resident, today }: { resident: Resident; today: string }) {
  const lines: [string, string | null | undefined][] = [
    [t("resident.cccd"), resident.cccd],
    [t("resident.bhyt"), resident.bhyt],
    [t("resident.phone"), resident.phone],
    [t("resident.address"), resident.address],
    [t("resident.ward"), resident.ward?.name],
    [t("resident.motherName"), resident.motherName],
  ];
  return (
    <section class="identity">
      <h1 class="person">{resident.name}</h1>
      <p class="who">
        {date(resident.birthDate)} · <b>{age(resident.birthDate, today)}</b> ·{" "}
        {t(`sex.${resident.sex}`)}
      </p>
      <dl>
        {lines
          .filter(([, value]) => value)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
