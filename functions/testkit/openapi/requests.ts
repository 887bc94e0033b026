/**
 * Requests as the OpenAPI document describes them, and some that are so but for a little: by another method,
 * with a value that is out of bounds, twice, or in bytes that are no text.
 *
 * They are drawn before anything has been answered. What only an answer tells, an id or a cursor, stands in
 * them as a token, such as `⟨syncId:3⟩`, and is filled in when it is sent.
 */
import { METHODS as HTTP_METHODS } from "node:http";
import fc from "fast-check";

import type { FoundOperation, Operations, Parameter } from "./operations.ts";
import { hostileCursor, hostileText, hostileValue, type Values } from "./values.ts";

/** A request before its tokens are filled in. As JSON it can be told and sent again. */
export interface Drawn {
  readonly method: string;
  /** The name of the function, and what is behind it, decoded. */
  readonly segments: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** In base64; undefined if there is none. */
  readonly body?: string | undefined;
  /** What is put into the encoded path and query as it is, and where. */
  readonly raw?: { readonly at: number; readonly text: string } | undefined;
}

/** A service, as far as requests name something of it. */
export interface Named {
  readonly serviceName: string;
  readonly endpoints: readonly { readonly eventKey: string }[];
  readonly targets?: readonly { readonly name: string; readonly kind: string }[];
  readonly receipts?: object;
}

const TOKENS = 40;
const token = (name: string): fc.Arbitrary<string> =>
  fc.nat(TOKENS).map((index) => `⟨${name}:${String(index)}⟩`);

/** The correlation keys that most requests have, so that they meet. */
export const KEYS = ["k1", "k2", "k3"] as const;

/** A name that no target has. */
const NO_TARGET = "none";

/** Requests over all operations: of each function as many. */
export function requests(
  operations: Operations,
  values: Values,
  services: readonly Named[],
): fc.Arbitrary<Drawn> {
  const byFunction = Map.groupBy(operations.all, ({ path }) => path.split("/")[1]);
  const good = fc
    .constantFrom(...byFunction.values())
    .chain((those) => fc.constantFrom(...those))
    .chain((operation) =>
      fc
        .constantFrom(...havingIt(operation.path, services))
        .chain((service) => described(operation, service, values)),
    );
  return fc
    .tuple(good, fc.oneof(fc.constant([]), fc.array(change, { maxLength: 3 })))
    .map(([drawn, changes]) => changes.reduce((before, apply) => apply(before), drawn));
}

/** The services that have what a path is about; mostly, or there would be little but 404. */
function havingIt(path: string, services: readonly Named[]): readonly Named[] {
  const having = /^\/(rates|receipts)/.test(path)
    ? services.filter(({ receipts }) => receipts !== undefined)
    : /^\/(deliveries|pull)/.test(path)
      ? services.filter(({ targets }) => targets !== undefined)
      : services;
  return [...services, ...having, ...having, ...having];
}

function described(
  { path, method, operation }: FoundOperation,
  service: Named,
  values: Values,
): fc.Arbitrary<Drawn> {
  const segments = path
    .split("/")
    .slice(1)
    .map((segment) => {
      const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
      return name === undefined ? fc.constant(segment) : named(name, service);
    });
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === "query")
    .map((parameter) =>
      fc.option(
        queryValue(parameter, service, values).map((value) => [parameter.name, value] as const),
        { nil: undefined, freq: 1 },
      ),
    );
  return fc
    .tuple(fc.tuple(...segments), fc.tuple(...query), content(operation, values), headers)
    .map(([filled, asked, [type, body], more]) => ({
      method: method.toUpperCase(),
      segments: filled,
      query: asked.filter((one) => one !== undefined),
      headers: [...(type === undefined ? [] : [["Content-Type", type] as const]), ...more],
      body,
    }));
}

function named(
  name: string,
  { serviceName, endpoints, targets = [] }: Named,
): fc.Arbitrary<string> {
  switch (name) {
    case "service":
      return fc.constant(serviceName);
    case "eventKey":
      return fc.constantFrom(...endpoints.map(({ eventKey }) => eventKey));
    case "target":
      return fc.constantFrom(...targets.map((target) => target.name), NO_TARGET);
    default:
      return token(name);
  }
}

function queryValue(
  { name, schema }: Parameter,
  service: Named,
  values: Values,
): fc.Arbitrary<string> {
  if (name === "key") return fc.constantFrom(...KEYS);
  // Who waits for something new waits in vain here.
  if (name === "wait") return fc.constant("0");
  if (name === "after" && schema["type"] === "string") return token("next");
  if (name === "eventKey") return named(name, service);
  if (name === "target")
    return fc.constantFrom(...(service.targets ?? []).map((one) => one.name), NO_TARGET);
  return values.of(schema).map(String);
}

const encoded = (body: string): string => Buffer.from(body).toString("base64");

/** A body, and its type. */
function content(
  { requestBody }: FoundOperation["operation"],
  values: Values,
): fc.Arbitrary<readonly [type: string | undefined, body: string | undefined]> {
  if (requestBody === undefined) return fc.constant([undefined, undefined]);
  const each = Object.entries(requestBody.content).map(([type, { schema }]) =>
    type === "*/*"
      ? fc.tuple(
          fc.constantFrom("text/plain", "application/json", undefined),
          fc.oneof(fc.string(), fc.json({ maxDepth: 2 })).map(encoded),
        )
      : fc.tuple(
          fc.constant(type),
          values.of(schema).map((value) => encoded(bodyText(type, value))),
        ),
  );
  return fc.oneof(...each, fc.constant([undefined, undefined] as const));
}

function bodyText(type: string, value: unknown): string {
  if (!type.includes("ndjson")) return JSON.stringify(value);
  return (Array.isArray(value) ? value : [value]).map((line) => JSON.stringify(line)).join("\n");
}

const headers = fc
  .tuple(
    fc.option(fc.constantFrom(...KEYS), { nil: undefined, freq: 3 }),
    fc.option(fc.nat(20), { nil: undefined, freq: 1 }),
    fc.option(fc.constant("text/event-stream"), { nil: undefined, freq: 1 }),
  )
  .map(([key, idempotency, accept]) => [
    ...(key === undefined ? [] : [["X-Id", key] as const]),
    ...(idempotency === undefined ? [] : [["Idempotency-Key", String(idempotency)] as const]),
    ...(accept === undefined ? [] : [["Accept", accept] as const]),
    // Of the console's actions.
    ["X-EventSync-Console", "1"] as const,
  ]);

type Change = (drawn: Drawn) => Drawn;

/** Not CONNECT, which is no request. */
const METHODS = HTTP_METHODS.filter((method) => method !== "CONNECT");

const TYPES = [
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
  "application/cloudevents+xml",
  "application/x-ndjson",
  "application/json; charset=klingon",
  "multipart/form-data",
  "",
] as const;

const RAW = [
  "%",
  "%zz",
  "%ff",
  "%00",
  "%2f",
  "%e0%a4%a",
  "//",
  "/..",
  "/.",
  "#",
  "?",
  "&",
  "=",
  "\\",
  ";",
  "%ED%A0%80",
] as const;

const BODIES = [
  "",
  " ",
  "{",
  "[",
  "null",
  "0",
  '""',
  "[]",
  "{}",
  '{"a":1e400}',
  '{"__proto__":{"target":"x"}}',
  '{"rate":1,"rate":0}',
  "[".repeat(20_000),
  '{"a":'.repeat(20_000),
  "\ufeff{}",
  '"\\ud800"',
] as const;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom(...METHODS).map((method): Change => (drawn) => ({ ...drawn, method })),
  fc.tuple(fc.nat(9), hostileText).map(([index, text]): Change => (drawn) => ({
    ...drawn,
    segments: behindName(drawn.segments, index, text),
  })),
  hostileText.map((text): Change => (drawn) => ({ ...drawn, segments: [...drawn.segments, text] })),
  fc.constant<Change>((drawn) => ({
    ...drawn,
    segments: drawn.segments.slice(0, Math.max(1, drawn.segments.length - 1)),
  })),
  fc.tuple(fc.nat(9), hostileText).map(([index, text]): Change => bent(index, text)),
  fc.tuple(fc.nat(9), hostileText).map(([index, text]): Change => repeated(index, text)),
  hostileCursor.map((text): Change => asking("after", text)),
  // Of a cursor that was given, one part.
  fc.tuple(fc.nat(TOKENS), fc.nat(4), hostileValue).map(([index, part, value]): Change => {
    const bend = Buffer.from(JSON.stringify(value)).toString("base64url");
    return asking("after", `⟨next:${String(index)}:${String(part)}:${bend}⟩`);
  }),
  fc
    .tuple(
      fc.constantFrom("limit", "from", "to", "key", "state", "reason", "window", "last"),
      hostileText,
    )
    .map(([name, text]): Change => asking(name, text)),
  fc.constantFrom(1000, 1001).map((count): Change => (drawn) => ({
    ...drawn,
    query: Array.from({ length: count }, () => ["x", ""] as const),
  })),
  fc
    .tuple(fc.nat(60), fc.constantFrom(...RAW))
    .map(([at, text]): Change => (drawn) => ({ ...drawn, raw: { at, text } })),
  fc
    .tuple(
      fc.constantFrom(
        "Content-Type",
        "Last-Event-ID",
        "Idempotency-Key",
        "X-Id",
        "ce-id",
        "ce-specversion",
        "Origin",
      ),
      hostileText,
    )
    .map(([name, value]): Change => heading(name, value)),
  fc.constantFrom(...TYPES).map((type): Change => heading("Content-Type", type)),
  fc.constantFrom("gzip", "klingon").map((coding): Change => heading("Content-Encoding", coding)),
  fc
    .oneof(
      fc.constantFrom(...BODIES),
      hostileValue.map((value) => JSON.stringify(value)),
    )
    .map((body): Change => (drawn) => ({ ...drawn, body: encoded(body) })),
  fc
    .uint8Array({ maxLength: 8 })
    .map((bytes): Change => (drawn) => ({ ...drawn, body: Buffer.from(bytes).toString("base64") })),
  fc.tuple(fc.nat(), hostileValue).map(([place, value]): Change => bodyWith(place, value)),
  fc.nat(99).map((percent): Change => cut(percent)),
);

function replaced<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return list.length === 0 ? list : list.with(index % list.length, value);
}

/** Another function is another request: its name stays. */
function behindName(segments: readonly string[], index: number, text: string): readonly string[] {
  const [name = "", ...rest] = segments;
  return [name, ...replaced(rest, index, text)];
}

function bent(index: number, text: string): Change {
  return (drawn) => {
    const { query } = drawn;
    const [name = "key"] = query[index % Math.max(1, query.length)] ?? [];
    return { ...drawn, query: replaced(query, index, [name, text]) };
  };
}

function repeated(index: number, text: string): Change {
  return (drawn) => {
    const one = drawn.query[index % Math.max(1, drawn.query.length)];
    return one === undefined ? drawn : { ...drawn, query: [...drawn.query, [one[0], text]] };
  };
}

function asking(name: string, value: string): Change {
  return (drawn) => ({
    ...drawn,
    query: [...drawn.query.filter(([other]) => other !== name), [name, value]],
  });
}

function heading(name: string, value: string): Change {
  return (drawn) => ({
    ...drawn,
    headers: [...drawn.headers.filter(([other]) => other !== name), [name, value]],
  });
}

/** Somewhere in a body of JSON something else. */
function bodyWith(place: number, value: unknown): Change {
  return (drawn) => {
    if (drawn.body === undefined) return drawn;
    try {
      const parsed: unknown = JSON.parse(Buffer.from(drawn.body, "base64").toString());
      return { ...drawn, body: encoded(JSON.stringify(planted(parsed, place, value))) };
    } catch {
      return drawn;
    }
  };
}

function planted(into: unknown, place: number, value: unknown): unknown {
  if (typeof into !== "object" || into === null) return value;
  const keys = Object.keys(into);
  const key = keys[place % Math.max(1, keys.length)] ?? "more";
  const rest = Math.floor(place / Math.max(1, keys.length));
  const inner = (into as Readonly<Record<string, unknown>>)[key];
  const isHere = rest % 3 === 0;
  const changed = isHere ? value : planted(inner, Math.floor(rest / 3), value);
  if (Array.isArray(into))
    return into.map((one: unknown, index) => (String(index) === key ? changed : one));
  return { ...into, [key]: changed };
}

function cut(percent: number): Change {
  return (drawn) => {
    if (drawn.body === undefined) return drawn;
    const bytes = Buffer.from(drawn.body, "base64");
    const kept = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
    return { ...drawn, body: kept.toString("base64") };
  };
}
