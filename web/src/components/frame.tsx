/** The frame of every page: station, search, what waits to be sent, who is logged in. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/client";
import { useApp } from "../context";
import { currentLanguage, setLanguage, t } from "../i18n/texts";
import { Layer, useKeys } from "../keys";
import { type Route, navigate, to } from "../routes";
import { Help } from "./help";
import { SearchBox, type SearchHandle } from "./search-box";

interface Props {
  route: Route;
  handle: { current: SearchHandle | null };
  redraw: () => void;
  children: ComponentChildren;
}

export function Frame({ route, handle, redraw, children }: Props) {
  const { me, expired, search } = useApp();
  const [help, setHelp] = useState(false);
  const clinical = me.clinical;
  const only = (allowed: boolean, work: () => void) => (): boolean | void =>
    allowed ? work() : false;
  useKeys(Layer.App, {
    "/": only(clinical, () => search("profile")),
    "Control+k": only(clinical, () => search("profile")),
    F2: only(me.records, () => search("visit")),
    F3: only(me.records, () => navigate(to.register())),
    "?": () => setHelp(true),
  });
  const here = (page: Route["page"]): "page" | undefined => (route.page === page ? "page" : undefined);
  return (
    <>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <header class="top">
        <a class="brand" href={to.home}>
          <img src="/app/icon.svg" alt="" width="28" height="28" />
          <span>
            Trạm
            <small>
              {clinical && me.wards.length === 1 ? (me.wards[0]?.name ?? "") : clinical ? t("frame.wards", { count: me.wards.length }) : t("frame.city")}
            </small>
          </span>
        </a>
        <nav aria-label={t("frame.pages")}>
          {clinical && (
            <a href={to.today} aria-current={here("today") ?? here("home")}>
              {t("today.title")}
            </a>
          )}
          {me.reports && (
            <a href={to.report()} aria-current={clinical ? here("report") : "page"}>
              {t("report.nav")}
            </a>
          )}
        </nav>
        {clinical ? <SearchBox today={me.today} records={me.records} handle={handle} /> : <span class="spring" />}
        {clinical && <Badge />}
        <button type="button" class="quiet" aria-label={t("keys.title")} onClick={() => setHelp(true)}>
          ?
        </button>
        <UserMenu redraw={redraw} />
      </header>
      {expired && (
        <div class="banner" role="alert">
          {t("session.expired")}{" "}
          <a class="button primary" href={to.login(location.pathname + location.search)}>
            {t("login.button")}
          </a>
        </div>
      )}
      <main id="main" tabindex={-1}>
        {children}
      </main>
      {help && <Help me={me} close={() => setHelp(false)} />}
    </>
  );
}

/** The truth about the network and the outbox, in words. */
function Badge() {
  const { status } = useApp();
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  const { waiting, refused } = status;
  const good = !waiting && !refused && online;
  const text = waiting
    ? t("badge.waiting", { count: waiting })
    : refused
      ? t("badge.refused", { count: refused })
      : t(online ? "badge.sent" : "badge.offline");
  return (
    <span class={`badge ${good ? "good" : "warning"}`} role="status">
      <span aria-hidden="true">{waiting ? "↑" : good ? "✓" : "!"}</span> {text}
    </span>
  );
}

function UserMenu({ redraw }: { redraw: () => void }) {
  const { me } = useApp();
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => {
    if (menu.current) menu.current.open = false;
  };
  const other = currentLanguage() === "vi" ? "en" : "vi";
  const leave = async (): Promise<void> => {
    const reply = await api.logout().catch(() => ({}) as { location?: string });
    location.assign(reply.location ?? to.home);
  };
  return (
    <details
      class="user"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !menu.current?.open) return;
        event.preventDefault();
        close();
        menu.current.querySelector("summary")?.focus();
      }}
      onFocusOut={(event) => {
        if (!menu.current?.contains(event.relatedTarget as Node | null)) close();
      }}
    >
      <summary>
        <span class="user-name">{me.name}</span>
      </summary>
      <div class="menu">
        <p class="small">{me.wards.map((ward) => ward.name).join(", ")}</p>
        <button
          type="button"
          onClick={() => {
            setLanguage(other);
            redraw();
          }}
        >
          {other === "en" ? "English" : "Tiếng Việt"}
        </button>
        <button type="button" onClick={() => void leave()}>
          {t("logout")}
        </button>
      </div>
    </details>
  );
}
