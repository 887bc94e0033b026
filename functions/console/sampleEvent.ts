/** An event to try an endpoint with: with a key, where events need one. */
import type { KeyPlace } from "./answers.ts";

export interface SampleEvent {
  /** Of the URL, without its question mark. */
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** As JSON. Undefined: any body will do. */
  readonly body: object | undefined;
  /** That it has an id: sent twice it is one event, unless an `Idempotency-Key` says that it is not. */
  readonly hasId: boolean;
}

const SAMPLE_KEY = "test-1";

/** The header of a CloudEvent's attribute in binary mode, and what every one of them has. */
const CLOUD_EVENT = { specversion: "1.0", id: "test-1", source: "/test", type: "test" };

/** Longer lists are no sample. */
const MOST_ITEMS = 20;

/** @param place where its key is; undefined where it needs none */
export function sampleEvent(place: KeyPlace | undefined): SampleEvent {
  const sample: SampleEvent = { query: "", headers: [], body: undefined, hasId: false };
  const { header, queryParam, body, cloudEvent, pubSubAttribute } = place ?? {};
  if (header !== undefined) return { ...sample, headers: [[header, SAMPLE_KEY]] };
  if (queryParam !== undefined) {
    return { ...sample, query: new URLSearchParams([[queryParam, SAMPLE_KEY]]).toString() };
  }
  if (cloudEvent !== undefined) {
    const attributes = Object.entries({ ...CLOUD_EVENT, [cloudEvent]: SAMPLE_KEY });
    return {
      ...sample,
      headers: attributes.map(([name, value]) => [`ce-${name}`, value]),
      hasId: true,
    };
  }
  if (pubSubAttribute !== undefined) {
    const message = { attributes: { [pubSubAttribute]: SAMPLE_KEY }, data: btoa("Hello World!") };
    return { ...sample, body: { message, subscription: "projects/test/subscriptions/test" } };
  }
  return { ...sample, body: body === undefined ? undefined : bodyWithKey(body) };
}

/** @param path a JSONPath that names one place, or a JSON Pointer */
function bodyWithKey(path: string): object | undefined {
  const steps = path.startsWith("/") ? pointerSteps(path) : querySteps(path);
  if (steps.some((step) => typeof step === "number" && Math.abs(step) >= MOST_ITEMS))
    return undefined;
  const value = steps.reduceRight<unknown>(
    (inner, step) => (typeof step === "string" ? { [step]: inner } : listWith(inner, step)),
    SAMPLE_KEY,
  );
  return typeof value === "object" && value !== null ? value : undefined;
}

function pointerSteps(pointer: string): string[] {
  const tokens = pointer.slice(1).split("/");
  return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function querySteps(path: string): (string | number)[] {
  const steps = path.matchAll(/\[\s*(?:(-?\d+)|'([^']*)'|"([^"]*)")\s*\]|\.([^.[\]\s]+)/g);
  return Array.from(steps, ([, index, single, double, name]) =>
    index === undefined ? (single ?? double ?? name ?? "") : Number(index),
  );
}

/** Counted from the end if it is negative. */
function listWith(value: unknown, index: number): unknown[] {
  const length = index < 0 ? -index : index + 1;
  const at = index < 0 ? 0 : index;
  return Array.from({ length }, (_, each) => (each === at ? value : null));
}
