/** Requests to the server: cookie session, CSRF header on writes, errors that say what to do. */
import type * as types from "./types";

/** The server's refusal: `message` is in the user's language, `field` names what to change. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
    readonly body: Record<string, unknown>,
  ) {
    super(message);
  }

  /** Whether nobody is logged in any more, or another session than this page's. */
  get loggedOut(): boolean {
    return this.status === 401 || this.code === "stale-page";
  }

  /** Whether the same request may succeed later, unchanged. */
  get passing(): boolean {
    return this.loggedOut || this.status === 429 || this.status >= 500;
  }
}

/** No answer came: the network or the server is away. */
export class NoAnswer extends Error {}

const TIMEOUT_MS = 20_000;
let csrf = "";
let onLoggedOut: () => void = () => undefined;

export function openSession(token: string, loggedOut: () => void): void {
  csrf = token;
  onLoggedOut = loggedOut;
}

interface Options {
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

async function request<T>(method: "GET" | "POST", path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method === "POST") headers["x-csrf"] = csrf;
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  if (options.body !== undefined) headers["content-type"] = "application/json";
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let body: Record<string, unknown>;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: "same-origin",
      cache: "no-store",
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
    // A refusal may come from a proxy, in its own words; half of a document is no answer.
    body = await (response.ok ? response.json() : response.json().catch(() => ({})));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new NoAnswer();
  }
  if (response.ok) return body as T;
  const refused = refusal(response.status, body);
  if (refused.loggedOut) onLoggedOut();
  throw refused;
}

function refusal(status: number, body: Record<string, unknown>): ApiError {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return new ApiError(status, text(body.error), text(body.message), text(body.field) || null, body);
}

const query = (values: Record<string, string>): string => new URLSearchParams(values).toString();
const id = encodeURIComponent;

/** Where a month's figures are as a file; the server names it. */
export const reportFile = (period: string): string =>
  `/reports/visits?${query({ period, format: "csv" })}`;

export const api = {
  me: () => request<types.Me>("GET", "/app/api/me"),
  residents: (q: string, signal?: AbortSignal) =>
    request<{ residents: types.ResidentHit[] }>("GET", `/app/api/residents?${query({ q })}`, {
      ...(signal && { signal }),
    }),
  profile: (resident: string) =>
    request<types.Profile>("GET", `/app/api/residents/${id(resident)}`),
  visit: (visit: string) =>
    request<{ visit: types.Visit; resident: types.Resident }>("GET", `/app/api/visits/${id(visit)}`),
  today: (ward: string) => request<types.Today>("GET", `/app/api/today?${query({ ward })}`),
  diagnoses: (q: string, signal?: AbortSignal) =>
    request<{ diagnoses: types.Choice[] }>("GET", `/app/api/diagnoses?${query({ q })}`, {
      ...(signal && { signal }),
    }),
  drugs: (q: string, signal?: AbortSignal) =>
    request<{ drugs: types.DrugChoice[] }>("GET", `/app/api/drugs?${query({ q })}`, {
      ...(signal && { signal }),
    }),
  report: (period: string) =>
    request<types.VisitReport>("GET", `/reports/visits?${query({ period })}`),
  /** Send a document once: the server answers a repeated key with the first reply. */
  send: (path: "/app/api/visits" | "/app/api/residents", document: { id: string }) =>
    request<{ id: string }>("POST", path, { body: document, idempotencyKey: document.id }),
  logout: () => request<{ location?: string }>("POST", "/app/logout"),
};
