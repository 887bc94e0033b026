/** Values that a schema of the OpenAPI document allows, and some that nobody should. */
import fc from "fast-check";

import type { OpenApiDocument } from "../../src/openapi/document.ts";
import { eventID } from "../../src/openapi/shapes.ts";

type Schema = Readonly<Record<string, unknown>>;

const EVENT_ID = eventID["pattern"];

/** How deep values stand inside one another. */
const MOST_DEPTH = 5;
const MOST_ITEMS = 3;

export class Values {
  readonly #document: OpenApiDocument;

  constructor(document: OpenApiDocument) {
    this.#document = document;
  }

  /** What a schema allows, as far as it is in the words that ours have. */
  of(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
    const { $ref, enum: values, anyOf, examples } = schema;
    if (typeof $ref === "string") return this.of(this.#resolve($ref), depth);
    if ("const" in schema) return fc.constant(schema["const"]);
    if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
    if (Array.isArray(anyOf)) {
      return fc.oneof(...(anyOf as Schema[]).map((one) => this.of(one, depth)));
    }
    if (Array.isArray(examples) && examples.length > 0) {
      return fc.constantFrom(...(examples as unknown[]));
    }
    const { type } = schema;
    return this.#ofType(schema, Array.isArray(type) ? (type as unknown[])[0] : type, depth);
  }

  #ofType(schema: Schema, type: unknown, depth: number): fc.Arbitrary<unknown> {
    switch (type) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth);
      case "string":
        return text(schema);
      case "integer": {
        const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = schema as Bounds;
        return fc.oneof(
          fc.integer({ min: minimum, max: Math.min(maximum, minimum + 10) }),
          fc.constant(maximum),
        );
      }
      case "number":
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #object(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const {
      properties = {},
      required = [],
      additionalProperties,
    } = schema as {
      readonly properties?: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      readonly additionalProperties?: Schema | boolean;
    };
    if (Object.keys(properties).length === 0 && typeof additionalProperties === "object") {
      return fc.dictionary(fc.string({ maxLength: 8 }), this.of(additionalProperties, depth + 1), {
        maxKeys: 2,
      });
    }
    const fields = Object.entries(properties).filter(
      ([name]) => depth < MOST_DEPTH || required.includes(name),
    );
    return fc.record(
      Object.fromEntries(fields.map(([name, child]) => [name, this.of(child, depth + 1)])),
      { requiredKeys: [...required] },
    );
  }

  #array(
    { items = {}, minItems = 0, maxItems }: Schema & Items,
    depth: number,
  ): fc.Arbitrary<unknown> {
    const maxLength = Math.max(minItems, Math.min(maxItems ?? MOST_ITEMS, MOST_ITEMS));
    return fc.array(this.of(items, depth + 1), { minLength: minItems, maxLength });
  }

  #resolve(ref: string): Schema {
    const name = ref.replace("#/components/schemas/", "");
    const found = this.#document.components["schemas"]?.[name];
    if (found === undefined) throw new Error(`The OpenAPI document has no schema ${name}.`);
    return found;
  }
}

interface Bounds {
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Items {
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

function text(schema: Schema): fc.Arbitrary<string> {
  const {
    pattern,
    format,
    minLength = 0,
    maxLength,
  } = schema as {
    readonly pattern?: string;
    readonly format?: string;
    readonly minLength?: number;
    readonly maxLength?: number;
  };
  if (format === "date-time") return time;
  // Of a sync: one that there is.
  if (pattern === EVENT_ID) return fc.nat(9).map((index) => `⟨eventID:${String(index)}⟩`);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength ?? 20, 20) });
}

/** Before and after whatever a test does, and any. */
const time = fc.oneof(
  fc.constantFrom("2020-01-01T00:00:00Z", "2099-12-31T23:59:59.999+01:00"),
  fc
    .date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
    .map((date) => date.toISOString()),
);

/** Where programs go wrong. */
export const HOSTILE_TEXTS: readonly string[] = [
  "",
  " ",
  "\0",
  "\n",
  "a\u0000b",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e3",
  "1e309",
  "0x10",
  "NaN",
  "null",
  "true",
  "undefined",
  "[]",
  "{}",
  "[object Object]",
  "9007199254740991",
  "9007199254740993",
  "9".repeat(16),
  "9".repeat(400),
  "٣",
  "１",
  ".",
  "..",
  "../..",
  "a/b",
  "/",
  "//",
  "\\",
  "%",
  "%00",
  "%2F",
  "__proto__",
  "__x__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "openapi.json",
  "targets",
  "trigger",
  "redrive",
  "validate",
  "simulate",
  "replay",
  "resend",
  "é",
  "e\u0301",
  "😀",
  "\ud800",
  "\ufeff",
  "\u202e",
  "\uffff",
  "x".repeat(1000),
  "x".repeat(1501),
  "é".repeat(800),
  "a,b",
  "waiting,waiting",
  "waiting,",
  "2026-13-45T99:99:99Z",
  "2026-02-30T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999999999Z",
  "9999-12-31T23:59:59-23:59",
  "0000-01-01T00:00:00+23:59",
  "2026-01-01T00:00:00",
  "2026-01-01",
  "+275760-09-13T00:00:00Z",
];

export const hostileText = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE_TEXTS), weight: 4 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 12 }), weight: 1 },
);

/** The last are the ends of time: of Date, and of Firestore. */
const hostileNumber = fc.constantFrom(
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  8.64e15,
  8.64e15 + 1,
  -8.64e15,
  253_402_300_799_999,
  253_402_300_800_000,
  -62_135_596_800_001,
);

/** A value of JSON that nobody asked for. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom<unknown>(null, true, [], {}, [[]], [null], { toString: 1 }),
);

/** As a page's end may look: ours are lists in base64url. */
export const hostileCursor = fc.oneof(
  fc
    .tuple(
      hostileNumber,
      fc.oneof(hostileNumber, fc.constantFrom("0123456789abcdef", "__x__")),
      fc.constantFrom("web", "topic", "log"),
    )
    .chain((parts) => fc.constantFrom(parts, parts.slice(0, 2)))
    .map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url")),
  fc
    .array(hostileValue, { maxLength: 4 })
    .map((values) => Buffer.from(JSON.stringify(values)).toString("base64url")),
  hostileText,
);
