/** What scripts/start shows a person: lines to try, and messages as they arrive. */
import type { KeyPlace } from "../console/answers.ts";
import { sampleEvent } from "../console/sampleEvent.ts";
import { ignoredInWords, type IgnoredKey } from "../src/config/ignoredKey.ts";
import type { Services } from "../src/config/route.ts";
import type { TargetMessage } from "./localCloud.ts";
import { targetsInWords } from "./targetWords.ts";

/** What a started EventSync is. */
export interface Started {
  /** The URL before the paths of the functions. */
  readonly base: string;
  readonly services: Services;
  readonly ignored: readonly IgnoredKey[];
  readonly subscriptions: readonly string[];
}

/** Calls that can be copied, one per endpoint, and where their messages are read. */
export function instructions({ base, services, ignored, subscriptions }: Started): string {
  const [first] = services;
  const events = services.flatMap((service, index) => {
    const prefix = index === 0 ? "" : `${encodeURIComponent(service.serviceName)}/`;
    return service.endpoints.map((endpoint) => {
      const { eventKey, acceptedHttpMethods, minNbOfOccurrence, key: place } = endpoint;
      const method = sourceMethod(acceptedHttpMethods);
      const key = eventKey.split("/").map(encodeURIComponent).join("/");
      const times = minNbOfOccurrence === 1 ? "" : `   # ${String(minNbOfOccurrence)} times`;
      const url = `${base}/event/${prefix}${key}`;
      return `  curl -X ${method} ${asArguments(url, place ?? service.correlation?.key)}${times}`;
    });
  });
  return [
    `\nEventSync is ready at ${base}`,
    `\nLook at it in a browser:\n  ${base}/console`,
    ...ignored.map((key) => `\nIn the configuration ${ignoredInWords(key)}`),
    `\nTry:\n  curl ${base}/config`,
    ...events,
    `  curl ${base}/trigger        # sends what has come so far (${first.serviceName})`,
    `  curl ${base}/reset          # what has come so far stops counting`,
    ...looks(base, services),
    ...(subscriptions.length === 0
      ? []
      : [
          "\nMessages are printed here as they are published, from",
          ...subscriptions.map((subscription) => `  ${subscription}`),
        ]),
    ...deliveries(services),
    "\nCtrl-C stops everything.",
  ].join("\n");
}

/** A new event each time that it is sent. */
function asArguments(url: string, place: KeyPlace | undefined): string {
  const { query, headers, body, hasId } = sampleEvent(place);
  const all = body === undefined ? headers : [JSON_TYPE, ...headers];
  return [
    ...all.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(hasId ? ['-H "Idempotency-Key: $(date +%s)$RANDOM"'] : []),
    `-d ${quote(body === undefined ? "New event" : JSON.stringify(body))}`,
    quote(query === "" ? url : `${url}?${query}`),
  ].join(" ");
}

const JSON_TYPE = ["Content-Type", "application/json"] as const;

/** For a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What it waits for, and what has become of its events; of each service where there are several. */
function looks(base: string, services: Services): string[] {
  const lines = services.flatMap(({ serviceName, targets = [] }, index): [string, string][] => {
    const path = index === 0 ? "" : `/${encodeURIComponent(serviceName)}`;
    const isPulled = targets.some(({ kind }) => kind === "pull");
    return [
      [`/status${path}`, "what it waits for"],
      [`/syncs${path}`, "what was made of it"],
      ...(targets.length === 0
        ? []
        : [[`/deliveries${path}`, "what has become of it at each target"] as [string, string]]),
      ...(isPulled ? [[`/pull${path}`, "what consumers read"] as [string, string]] : []),
    ];
  });
  const width = Math.max(...lines.map(([path]) => path.length));
  return lines.map(([path, what]) => `  curl ${base}${path.padEnd(width)}   # ${what}`);
}

function deliveries(services: Services): string[] {
  const lines = services.flatMap((service) =>
    targetsInWords(service).map((words) => `  of ${service.serviceName} ${words}`),
  );
  return lines.length === 0 ? [] : ["\nEach sync", ...lines];
}

/** How a source would send to an endpoint; CONNECT can never arrive. */
export function sourceMethod(accepted: readonly string[]): string {
  const usable = accepted.filter((method) => method !== "CONNECT");
  return usable.includes("POST") ? "POST" : (usable[0] ?? "POST");
}

/** Longer texts in a message, such as bodies of events, are cut: a terminal is no place for a megabyte. */
const MAX_TEXT_LENGTH = 2000;

/** A message as it arrived, with its attributes; long texts in it are cut, and say so. */
export function renderMessage({ data, attributes }: TargetMessage): string {
  const cut = (_key: string, value: unknown): unknown =>
    typeof value === "string" && value.length > MAX_TEXT_LENGTH
      ? `${value.slice(0, MAX_TEXT_LENGTH)} … (${String(value.length - MAX_TEXT_LENGTH)} more characters)`
      : value;
  return `attributes ${JSON.stringify(attributes)}\n${textOf(data, cut)}`;
}

/** Of an answer that was published nobody knows what it is. */
function textOf(data: string, cut: (key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(JSON.parse(data), cut, 2);
  } catch {
    return String(cut("", data));
  }
}

/** A delivery as it is stored, as far as a person is told of it. */
export interface ShownDelivery {
  readonly target: string;
  readonly eventID: string;
  readonly state: string;
  readonly attempts: readonly {
    readonly attempt: number;
    readonly status?: number;
    readonly error?: string;
  }[];
  readonly offset?: number;
}

/** How it stands with a delivery; undefined as long as nothing has been tried. */
export function renderDelivery(
  service: string,
  { target, eventID, state, attempts, offset }: ShownDelivery,
): string | undefined {
  const last = attempts.at(-1);
  if (last === undefined && offset === undefined) return undefined;
  const heard = [last?.status, last?.error].filter((one) => one !== undefined).join(", ");
  const came = [
    ...(last === undefined
      ? []
      : [`attempt ${String(last.attempt)}${heard === "" ? "" : `: ${heard}`}`]),
    offset === undefined ? state : `${state} ${String(offset)}`,
  ];
  return `── ${service} to “${target}”, sync ${eventID} ──\n${came.join("; ")}`;
}
