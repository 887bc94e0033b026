/** What scripts/start shows a person: lines to try, and messages as they arrive. */
import type { Services } from "../src/config/route.ts";
import type { TargetMessage } from "./localCloud.ts";
import { targetsInWords } from "./targetWords.ts";

/** What a started EventSync is. */
export interface Started {
  /** The URL before the paths of the functions. */
  readonly base: string;
  readonly services: Services;
  /** Keys of the configuration that nothing reads. */
  readonly ignored: readonly string[];
  readonly subscriptions: readonly string[];
}

/** Calls that can be copied, one per endpoint, and where their messages are read. */
export function instructions({ base, services, ignored, subscriptions }: Started): string {
  const [first] = services;
  const events = services.flatMap((service, index) => {
    const prefix = index === 0 ? "" : `${encodeURIComponent(service.serviceName)}/`;
    return service.endpoints.map(({ eventKey, acceptedHttpMethods, minNbOfOccurrence }) => {
      const method = sourceMethod(acceptedHttpMethods);
      const key = eventKey.split("/").map(encodeURIComponent).join("/");
      const times = minNbOfOccurrence === 1 ? "" : `   # ${String(minNbOfOccurrence)} times`;
      return `  curl -X ${method} -d 'New event' '${base}/event/${prefix}${key}'${times}`;
    });
  });
  return [
    `\nEventSync is ready at ${base}`,
    ...ignored.map((key) => `\nNothing reads the key ${key} of the configuration.`),
    `\nTry:\n  curl ${base}/config`,
    ...events,
    `  curl ${base}/trigger        # sends what has come so far (${first.serviceName})`,
    `  curl ${base}/reset          # what has come so far stops counting`,
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
  return `attributes ${JSON.stringify(attributes)}\n${JSON.stringify(parsed(data), cut, 2)}`;
}

/** Of an answer that was published nobody knows what it is. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
