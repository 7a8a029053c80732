/** Small parts of the registration form. */
import type { ApiError } from "../../api/client";
import type { ResidentHit, Sex } from "../../api/types";
import type { Lookalike } from "../../domain/resident";
import { date } from "../../i18n/formats";
import { t } from "../../i18n/texts";
import { to } from "../../routes";
import { Notice } from "../feedback";

/** Who may be the same person, before a second file is made. */
export function NearHits({ near }: { near: Lookalike[] }) {
  if (!near.length) return null;
  return (
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
  );
}

export function SexChoice(props: { value: Sex | ""; error: string | null; change: (sex: Sex) => void }) {
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
export function Known({ error }: { error: ApiError }) {
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
export function serverField(field: string | null): string | null {
  if (field === "birthDate") return "birth";
  return field?.replace("address.", "") ?? null;
}
