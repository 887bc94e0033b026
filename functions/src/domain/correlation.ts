import type { Event, NamedValues } from "./event.ts";

/**
 * The correlation key of a request: events are joined with those of the same key only.
 *
 * A key is a text of at most 1,000 bytes in UTF-8. Numbers, `true` and `false` in a JSON body are the
 * text that stands there, so `42` and `"42"` are one key, and `9007199254740993` keeps its last digit.
 * An empty text and `null` are none, nor is a list or an object.
 */

/** As many as fit into an attribute and an ordering key of Pub/Sub, and into any index of Firestore. */
export const MAX_KEY_BYTES = 1000;

/** A step into a JSON value. The token of a JSON Pointer may be a member's name or an index. */
export type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "token"; readonly token: string };

/** Where a request has its key. */
export type KeyPlace =
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "queryParam"; readonly name: string }
  /** `path` is how the steps were written. */
  | { readonly kind: "body"; readonly path: string; readonly steps: readonly Step[] }
  | { readonly kind: "cloudEvent"; readonly name: string }
  | { readonly kind: "pubSubAttribute"; readonly name: string };

export type FoundKey =
  | { readonly key: string }
  /** Where it was looked for, and what was there instead: completes “No correlation key: …”. */
  | { readonly absent: string };

/** What a key is looked for in. */
export type KeySource = Pick<Event, "headers" | "queryParams" | "content" | "attributes">;

export function findKey(place: KeyPlace, request: KeySource): FoundKey {
  const where = nameOf(place);
  const found = lookUp(place, request);
  if ("problem" in found) return { absent: `${where} ${found.problem}` };
  const problem = keyProblem(found.text);
  return problem === undefined ? { key: found.text } : { absent: `${where} ${problem}` };
}

/** Why a text is no key; undefined if it is one. */
export function keyProblem(text: string): string | undefined {
  if (text === "") return "is empty";
  if (!text.isWellFormed()) return "is not well-formed Unicode";
  // Each character takes a byte at least: what is far too long is not encoded to be counted.
  const isLong = text.length > MAX_KEY_BYTES || Buffer.byteLength(text) > MAX_KEY_BYTES;
  return isLong ? `is longer than ${String(MAX_KEY_BYTES)} bytes` : undefined;
}

/** A place as a person calls it. */
export function nameOf(place: KeyPlace): string {
  switch (place.kind) {
    case "header":
      return `the header “${place.name}”`;
    case "queryParam":
      return `the query parameter “${place.name}”`;
    case "body":
      return `“${place.path}” in the JSON body`;
    case "cloudEvent":
      return `the CloudEvent attribute “${place.name}”`;
    case "pubSubAttribute":
      return `the Pub/Sub attribute “${place.name}”`;
  }
}

type Found = { readonly text: string } | { readonly problem: string };

const MISSING: Found = { problem: "is missing" };

function lookUp(place: KeyPlace, request: KeySource): Found {
  switch (place.kind) {
    case "header":
      return single(headerValues(request, place.name));
    case "queryParam":
      return single(valuesOf(request.queryParams, (name) => name === place.name));
    case "body":
      return inBody(request, place.steps);
    case "cloudEvent":
      return cloudEventAttribute(request, place.name);
    case "pubSubAttribute":
      return inBody(
        request,
        ["message", "attributes", place.name].map((name) => ({ kind: "name", name })),
      );
  }
}

function headerValues({ headers }: KeySource, wanted: string): readonly string[] {
  const lowerCase = wanted.toLowerCase();
  return valuesOf(headers, (name) => name.toLowerCase() === lowerCase);
}

function valuesOf(
  pairs: readonly NamedValues[],
  isWanted: (name: string) => boolean,
): readonly string[] {
  return pairs.filter(({ name }) => isWanted(name)).flatMap(({ values }) => [...values]);
}

/** Repeats of one value are that value; of different ones none is the key. */
function single(values: readonly string[]): Found {
  const [text, ...others] = new Set(values);
  if (text === undefined) return MISSING;
  return others.length === 0 ? { text } : { problem: "has different values" };
}

/** Whatever the mode in which the CloudEvent came. */
function cloudEventAttribute({ attributes = {} }: KeySource, name: string): Found {
  const text = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return text === undefined ? MISSING : { text };
}

function inBody({ content }: KeySource, steps: readonly Step[]): Found {
  if (typeof content !== "string") return { problem: NOT_JSON };
  let root: unknown;
  try {
    root = JSON.parse(content);
  } catch {
    return { problem: NOT_JSON };
  }
  const value = steps.reduce(stepInto, root);
  if (value === undefined) return MISSING;
  if (value === null) return { problem: "is null" };
  if (Array.isArray(value)) return { problem: "is a list" };
  if (typeof value === "object") return { problem: "is an object" };
  if (typeof value === "string") return { text: value };
  if (typeof value === "boolean") return { text: String(value) };
  // As it is written: as a number it may have lost digits.
  return { text: steps.reduce(stepInto, withNumbersAsText(content)) as string };
}

const NOT_JSON = "is missing: the body is not JSON";

function stepInto(value: unknown, step: Step): unknown {
  if (Array.isArray(value)) {
    const index = indexOf(step);
    return index === undefined ? undefined : (value as unknown[]).at(index);
  }
  if (typeof value !== "object" || value === null || step.kind === "index") return undefined;
  const name = step.kind === "name" ? step.name : step.token;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function indexOf(step: Step): number | undefined {
  switch (step.kind) {
    case "name":
      return undefined;
    case "index":
      return step.index;
    case "token":
      return /^(0|[1-9]\d*)$/.test(step.token) ? Number(step.token) : undefined;
  }
}

/** ECMAScript gives a reviver the source of each primitive value; TypeScript does not know it yet. */
function withNumbersAsText(json: string): unknown {
  const reviver = (_: string, value: unknown, { source }: { readonly source?: string }): unknown =>
    typeof value === "number" ? (source ?? String(value)) : value;
  return JSON.parse(json, reviver as (this: unknown, key: string, value: unknown) => unknown);
}
