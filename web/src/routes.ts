/** The pages and their addresses: Vietnamese words and ids, never a name (docs/web.md). */
import { useLayoutEffect, useState } from "preact/hooks";

export type Route =
  | { page: "home" }
  | { page: "today" }
  | { page: "register"; draft: string | null }
  | { page: "profile"; resident: string }
  | { page: "recordVisit"; resident: string }
  | { page: "visit"; resident: string; visit: string }
  | { page: "report"; period: string | null }
  | { page: "unknown" };

export const to = {
  home: "/app/",
  today: "/app/hom-nay",
  register: (draft?: string) => `/app/nguoi-dan/moi${draft ? `?nhap=${draft}` : ""}`,
  profile: (resident: string) => `/app/nguoi-dan/${resident}`,
  recordVisit: (resident: string) => `/app/nguoi-dan/${resident}/kham-moi`,
  visit: (resident: string, visit: string) => `/app/nguoi-dan/${resident}/kham/${visit}`,
  report: (period?: string) => `/app/bao-cao/luot-kham${period ? `?ky=${period}` : ""}`,
  login: (next: string) => `/app/login?next=${encodeURIComponent(next)}`,
};

const ID = "([A-Za-z0-9.-]{1,64})";
const PROFILE = new RegExp(`^/app/nguoi-dan/${ID}$`);
const RECORD_VISIT = new RegExp(`^/app/nguoi-dan/${ID}/kham-moi$`);
const VISIT = new RegExp(`^/app/nguoi-dan/${ID}/kham/${ID}$`);

/** The route of an address on this site. */
export function routeOf(path: string, search: string): Route {
  const plain = path.length > 5 ? path.replace(/\/$/, "") : path;
  if (plain === "/app" || plain === to.home) return { page: "home" };
  if (plain === to.today) return { page: "today" };
  const query = new URLSearchParams(search);
  if (plain === to.register()) return { page: "register", draft: query.get("nhap") };
  if (plain === to.report()) return { page: "report", period: query.get("ky") };
  const record = RECORD_VISIT.exec(plain);
  if (record?.[1]) return { page: "recordVisit", resident: record[1] };
  const visit = VISIT.exec(plain);
  if (visit?.[1] && visit[2]) return { page: "visit", resident: visit[1], visit: visit[2] };
  const profile = PROFILE.exec(plain);
  return profile?.[1] ? { page: "profile", resident: profile[1] } : { page: "unknown" };
}

/** Which page it is and of whom; another draft or period is the same page. */
export function pageOf(route: Route): string {
  const name = route.page === "home" ? "today" : route.page;
  const whose = "resident" in route ? route.resident : "";
  return [name, whose, "visit" in route ? route.visit : ""].join("/");
}

/** Go to an address; `state` stays in this tab's history and is never part of the address. */
export function navigate(address: string, state: unknown = null, replace = false): void {
  // Who goes on by a key has left the search box; a page that goes by itself leaves them there.
  if (!replace) document.getElementById("search")?.blur();
  history[replace ? "replaceState" : "pushState"](state, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state }));
}

/** The current route and a count of moves, drawn anew at every move; links inside the app do not load the page. */
export function useRoute(): { route: Route; turn: number } {
  const [{ address, turn }, setPlace] = useState({ address: here(), turn: 0 });
  useLayoutEffect(() => {
    const moved = (): void => setPlace((last) => ({ address: here(), turn: last.turn + 1 }));
    addEventListener("popstate", moved);
    document.addEventListener("click", follow);
    return () => {
      removeEventListener("popstate", moved);
      document.removeEventListener("click", follow);
    };
  }, []);
  const [path = "", search = ""] = address.split("?");
  return { route: routeOf(path, search), turn };
}

const here = (): string => location.pathname + location.search;

function follow(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest?.("a[href]") as HTMLAnchorElement | null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) {
    return;
  }
  if (link.hash) return; // a place on this page, such as the skip link: the browser goes there
  if (routeOf(link.pathname, link.search).page === "unknown") return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
