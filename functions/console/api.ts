/** Calls of the functions, through the console's own: `<its path>/api/<function>/…`. */

/** What has gone wrong, in words for a person. */
export class Problem extends Error {
  /** 0: no answer came. */
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.name = "Problem";
    this.status = status;
  }
}

/** The page may be served at /console, at /<project>/<region>/console or at the root of its host. */
const BASE = `${location.pathname.replace(/\/+$/, "")}/api`;

/** Parts of a path; each is encoded, so that a name may hold anything. */
export type Path = readonly string[];
export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Call {
  readonly query?: Query;
  readonly signal?: AbortSignal;
}

/** @throws Problem */
export async function read<T>(path: Path, { query = {}, signal }: Call = {}): Promise<T> {
  return (await ask(path, queryText(query), signal ? { signal } : {})) as T;
}

/** What no other page can send for us: it would have to be allowed to, and nothing allows it. */
const OURS = { "X-EventSync-Console": "1" } as const;

/** @throws Problem */
export async function change<T>(path: Path, body?: unknown, query: Query = {}): Promise<T> {
  const isText = typeof body === "string";
  return (await ask(path, queryText(query), {
    method: "POST",
    headers: { ...OURS, "Content-Type": "application/json" },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  })) as T;
}

export interface TestEvent {
  readonly method: string;
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** As a source would send it. @throws Problem */
export async function sendEvent<T>(
  path: Path,
  { method, query, headers, body }: TestEvent,
): Promise<T> {
  const all = new Headers();
  for (const [name, value] of [...headers, ...Object.entries(OURS)]) {
    try {
      all.append(name, value);
    } catch {
      throw new Problem(0, `“${name}: ${value}” is not a header that can be sent.`);
    }
  }
  const hasBody = method !== "GET" && method !== "HEAD" && body !== "";
  const text = query === "" ? "" : `?${query.replace(/^\?/, "")}`;
  return (await ask(path, text, { method, headers: all, ...(hasBody && { body }) })) as T;
}

async function ask(path: Path, query: string, init: RequestInit): Promise<unknown> {
  const url = `${BASE}/${path.map(encodeURIComponent).join("/")}${query}`;
  let response: Response;
  try {
    response = await fetch(url, { ...init, cache: "no-store", redirect: "error" });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new Problem(0, "No answer came: the function cannot be reached, or you are signed out.");
  }
  const answer = jsonOf(await response.text());
  if (response.ok) return answer;
  throw new Problem(
    response.status,
    detailOf(answer) ?? `It was refused (HTTP ${String(response.status)}).`,
  );
}

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of problem+json: what is wrong, and each place at which it is. */
function detailOf(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null || !("detail" in answer)) return undefined;
  const { detail, failures = [] } = answer as {
    detail: string;
    failures?: readonly { pointer?: string; header?: string; message: string }[];
  };
  const places = failures.map(
    ({ pointer, header, message }) => `${pointer ?? header ?? ""} ${message}`,
  );
  return [detail, ...places].join("\n");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
