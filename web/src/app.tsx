/** From nothing to a page: who is logged in, their drafts and outbox, then the route. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, api, openSession } from "./api/client";
import type { Me } from "./api/types";
import { Loading, Notice } from "./components/feedback";
import { Frame } from "./components/frame";
import type { SearchHandle } from "./components/search-box";
import { SessionContext, useRetries, whenBack } from "./context";
import { usePageFocus } from "./focus";
import { t } from "./i18n/texts";
import { LoginPage } from "./pages/login";
import { ProfilePage } from "./pages/profile";
import { RecordVisitPage } from "./pages/record-visit";
import { RegisterPage } from "./pages/register";
import { ReportPage } from "./pages/report";
import { TodayPage } from "./pages/today";
import { VisitPage } from "./pages/visit";
import { type Route, pageOf, useRoute } from "./routes";
import { Drafts } from "./store/drafts";
import { Outbox, type Status } from "./store/outbox";

type Start = { step: "asking" } | { step: "out"; error: unknown } | { step: "in"; me: Me; drafts: Drafts };

async function start(): Promise<Start> {
  try {
    const me = await api.me();
    return { step: "in", me, drafts: await Drafts.open(me.account, me.draftKey) };
  } catch (error) {
    return { step: "out", error };
  }
}

export function App() {
  const [state, setState] = useState<Start>({ step: "asking" });
  const begin = (): void => void start().then(setState);
  useEffect(begin, []);
  useRetries(state.step === "out" ? state.error : null, begin);
  if (state.step === "asking") return <Loading />;
  if (state.step === "out") {
    return <LoginPage away={!(state.error instanceof ApiError && state.error.loggedOut)} />;
  }
  return <LoggedIn me={state.me} drafts={state.drafts} />;
}

const SAY_MS = 4_000;

function LoggedIn({ me, drafts }: { me: Me; drafts: Drafts }) {
  const { route, turn } = useRoute();
  const handle = useRef<SearchHandle | null>(null);
  const [status, setStatus] = useState<Status>({ waiting: 0, reason: null, refused: 0 });
  const [expired, setExpired] = useState(false);
  const [said, setSaid] = useState("");
  const [, setDrawn] = useState(0);
  const outbox = useMemo(() => new Outbox(drafts, setStatus), [drafts]);

  // For what was begun at an earlier drawing.
  const isExpired = useRef(false);
  isExpired.current = expired;
  const ended = (): void => setExpired(true);
  useEffect(() => {
    // Somebody else logs in in another window of this browser: what this one asks is theirs now.
    const windows = new BroadcastChannel("tram-login");
    windows.onmessage = ({ data }: MessageEvent<string>) => {
      if (data !== me.account) ended();
    };
    windows.postMessage(me.account);
    return () => windows.close();
  }, []);
  useEffect(() => {
    if (!expired) return;
    // Somebody may have logged in again in another window: the same person goes on here too.
    const renew = async (): Promise<void> => {
      const now = document.hidden ? null : await api.me().catch(() => null);
      if (now?.account !== me.account) return;
      openSession(now.csrf, ended);
      setExpired(false);
      void outbox.flush();
    };
    void renew();
    return whenBack(() => void renew());
  }, [expired]);
  useEffect(() => {
    openSession(me.csrf, ended);
    const retry = (): void => {
      if (!document.hidden && !isExpired.current) void outbox.flush();
    };
    retry();
    const stop = whenBack(retry);
    return () => {
      stop();
      outbox.stop();
    };
  }, [outbox]);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), SAY_MS);
    return () => clearTimeout(timer);
  }, [said]);

  usePageFocus(pageOf(route));
  const search = (purpose: "profile" | "visit"): void => handle.current?.focus(purpose);
  const session = { me, drafts, outbox, status, expired, search, say: setSaid };
  return (
    <SessionContext.Provider value={session}>
      <Frame route={route} handle={handle} redraw={() => setDrawn((last) => last + 1)}>
        <Page route={route} turn={turn} me={me} />
      </Frame>
      <div class="toast" role="status" aria-live="polite">
        {said && <p>✓ {said}</p>}
      </div>
    </SessionContext.Provider>
  );
}

function Page({ route, turn, me }: { route: Route; turn: number; me: Me }) {
  // Who may not see residents has one page, whatever the address says; the server decides anyway.
  if (!me.clinical) {
    if (!me.reports) return <Notice tone="info">{t("error.noPages")}</Notice>;
    return <ReportPage period={route.page === "report" ? route.period : null} />;
  }
  const writes = route.page === "register" || route.page === "recordVisit";
  if (writes && !me.records) return <Notice tone="info">{t("error.readsOnly")}</Notice>;
  switch (route.page) {
    case "home":
    case "today":
      return <TodayPage />;
    case "register":
      return <RegisterPage draft={route.draft} turn={turn} />;
    case "profile":
      return <ProfilePage resident={route.resident} />;
    case "recordVisit":
      return <RecordVisitPage key={route.resident} resident={route.resident} />;
    case "visit":
      return <VisitPage resident={route.resident} visit={route.visit} />;
    case "report":
      return <ReportPage period={route.period} />;
    case "unknown":
      return <Notice tone="info">{t("error.noPage")}</Notice>;
  }
}
