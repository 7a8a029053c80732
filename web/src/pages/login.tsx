/** Nobody is logged in: one button. */
import { useTitle } from "../context";
import { t } from "../i18n/texts";
import { to } from "../routes";

export function LoginPage({ away }: { away: boolean }) {
  useTitle(t("login.button"));
  const next = location.pathname + location.search;
  return (
    <main class="login">
      <div class="login-card">
        <img src="/app/icon.svg" alt="" width="56" height="56" />
        <h1>Trạm</h1>
        <p>{t("login.what")}</p>
        {away && (
          <p class="state warning" role="alert">
            {t("login.away")}
          </p>
        )}
        <a class="button primary big" href={to.login(next === "/app/login" ? to.home : next)}>
          {t("login.button")}
        </a>
        <p class="small">{t("login.note")}</p>
      </div>
    </main>
  );
}
