import { format as formats } from "@cfworker/json-schema";
import { checkPattern } from "./expression.ts";

/** One thing that is wrong with a schema, and where in it. */
export interface SchemaProblem {
  /** Such as `properties.amount.minimum`, or empty for the whole. */
  readonly path: string;
  readonly message: string;
}

export type Draft = "7" | "2019-09" | "2020-12";

/** A schema that can be used: what the library is given, and by which rules it reads it. */
export interface CheckedSchema {
  readonly schema: object;
  readonly draft: Draft;
}

/** Bounds of a schema: together with those of a body they bound the work of a validation. */
const MAX = { characters: 20_000, depth: 20, expanded: 1000, uniqueItems: 500 } as const;

const DRAFTS: Readonly<Record<string, Draft>> = {
  "http://json-schema.org/draft-07/schema": "7",
  "https://json-schema.org/draft/2019-09/schema": "2019-09",
  "https://json-schema.org/draft/2020-12/schema": "2020-12",
};

/** What each keyword takes. One that is not here is refused: a schema that is misread lets all through. */
const KEYWORDS: Readonly<Record<string, Kind>> = {
  additionalItems: "schema",
  additionalProperties: "schema",
  contains: "schema",
  else: "schema",
  if: "schema",
  not: "schema",
  propertyNames: "schema",
  then: "schema",
  unevaluatedItems: "schema",
  unevaluatedProperties: "schema",
  items: "items",
  allOf: "schemas",
  anyOf: "schemas",
  oneOf: "schemas",
  prefixItems: "schemas",
  $defs: "named",
  definitions: "named",
  dependentSchemas: "named",
  properties: "named",
  exclusiveMaximum: "number",
  exclusiveMinimum: "number",
  maximum: "number",
  minimum: "number",
  multipleOf: "positive",
  maxContains: "count",
  maxItems: "count",
  maxLength: "count",
  maxProperties: "count",
  minContains: "count",
  minItems: "count",
  minLength: "count",
  minProperties: "count",
  required: "names",
  dependentRequired: "namedNames",
  enum: "list",
  const: "any",
  default: "any",
  examples: "any",
  type: "type",
  format: "format",
  pattern: "pattern",
  $ref: "ref",
  uniqueItems: "flag",
  deprecated: "flag",
  readOnly: "flag",
  writeOnly: "flag",
  $comment: "text",
  $schema: "text",
  description: "text",
  title: "text",
};

type Kind =
  | "schema"
  | "items"
  | "schemas"
  | "named"
  | "number"
  | "positive"
  | "count"
  | "names"
  | "namedNames"
  | "list"
  | "any"
  | "type"
  | "format"
  | "pattern"
  | "ref"
  | "flag"
  | "text";

const TYPES: ReadonlySet<unknown> = new Set(
  ["array", "boolean", "integer", "null", "number", "object", "string"],
);

/** Of the library's formats those whose check takes time linear in the text; it ignores unknown ones. */
const FORMATS: ReadonlySet<unknown> = new Set(
  Object.keys(formats).filter((name) => name !== "url" && name !== "regex"),
);

/** Names under which the library finds a pattern, see `rewrite`. */
export const PATTERN_FORMAT = "pattern:";

/**
 * Checks a schema by its form, before anything is validated with it, and prepares it.
 *
 * @returns undefined if there are problems
 */
export function checkSchema(
  root: Readonly<Record<string, unknown>>,
  problems: SchemaProblem[],
): CheckedSchema | undefined {
  const written = JSON.stringify(root).length;
  if (written > MAX.characters) {
    const message = `expected a schema of at most ${String(MAX.characters)} characters, got ${String(written)}`;
    problems.push({ path: "", message });
    return undefined;
  }
  const draft = draftOf(root["$schema"]);
  if (draft === undefined) {
    const message = `expected one of ${Object.keys(DRAFTS).join(", ")}, got ${show(root["$schema"])}`;
    problems.push({ path: "$schema", message });
    return undefined;
  }
  const before = problems.length;
  const check = new Check(draft, problems);
  const schema = check.schema(root, "", "#", 0);
  if (problems.length === before) check.expand();
  return problems.length > before ? undefined : { schema: schema as object, draft };
}

function draftOf(uri: unknown): Draft | undefined {
  if (uri === undefined) return "2020-12";
  return typeof uri === "string" ? DRAFTS[uri.replace(/#$/, "")] : undefined;
}

/** A subschema: what it leads to, for the bound on what a validation goes through. */
interface Visited {
  readonly path: string;
  readonly inside: string[];
  ref?: string;
}

class Check {
  readonly #draft: Draft;
  readonly #problems: SchemaProblem[];
  /** By JSON Pointer as a URI fragment, such as `#/properties/a`. */
  readonly #visited = new Map<string, Visited>();

  constructor(draft: Draft, problems: SchemaProblem[]) {
    this.#draft = draft;
    this.#problems = problems;
  }

  /** @returns the schema as the library is given it */
  schema(value: unknown, path: string, pointer: string, depth: number): unknown {
    if (depth > MAX.depth) {
      return this.#fail(path, `expected at most ${String(MAX.depth)} schemas inside one another`);
    }
    const visited: Visited = { path, inside: [] };
    this.#visited.set(pointer, visited);
    if (typeof value === "boolean") return value;
    if (!isObject(value)) return this.#fail(path, `expected a schema, got ${show(value)}`);
    const rewritten: Record<string, unknown> = {};
    const added: object[] = [];
    for (const [keyword, given] of Object.entries(value)) {
      const place = join(path, keyword);
      const at = `${pointer}/${escape(keyword)}`;
      const kind = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      if (kind === undefined) {
        this.#fail(place, REFUSED[keyword] ?? "there is no such keyword");
        continue;
      }
      const child = (key: string, schema: unknown, where = `${place}.${key}`): unknown => {
        const inner = key === "" ? at : `${at}/${escape(key)}`;
        if (keyword !== "$defs" && keyword !== "definitions") visited.inside.push(inner);
        return this.schema(schema, key === "" ? place : where, inner, depth + 1);
      };
      const list = (schemas: readonly unknown[]): unknown[] =>
        schemas.map((one, index) => child(String(index), one, `${place}[${String(index)}]`));
      switch (kind) {
        case "schema":
          rewritten[keyword] = child("", given);
          break;
        case "items":
          if (Array.isArray(given) && this.#draft === "2020-12") {
            this.#fail(place, "expected a schema: a list of them is called prefixItems");
          } else rewritten[keyword] = Array.isArray(given) ? list(given) : child("", given);
          break;
        case "schemas":
          if (Array.isArray(given) && given.length > 0) rewritten[keyword] = list(given);
          else this.#fail(place, `expected a list of at least 1 schema, got ${show(given)}`);
          break;
        case "named":
          if (!isObject(given)) this.#fail(place, `expected schemas by name, got ${show(given)}`);
          else {
            const named = Object.entries(given).map(([key, one]) => [key, child(key, one)] as const);
            rewritten[keyword] = Object.fromEntries(named);
          }
          break;
        case "ref":
          if (typeof given === "string" && /^#(\/|$)/.test(given)) visited.ref = decode(given);
          else this.#fail(place, `expected a place in this schema, such as “#/$defs/item”: nothing is fetched; got ${show(given)}`);
          rewritten[keyword] = given;
          break;
        case "pattern":
          this.#pattern(given, place, added);
          break;
        default: {
          const expected = problemOf(kind, given);
          if (expected !== undefined) {
            this.#fail(place, `expected ${expected}, got ${show(given)}`);
          } else if (keyword === "uniqueItems" && given === true) {
            added.push(UNIQUE_ITEMS);
          } else rewritten[keyword] = given;
        }
      }
    }
    if (added.length === 0) return rewritten;
    const { allOf } = rewritten as { readonly allOf?: readonly unknown[] };
    return { ...rewritten, allOf: [...(allOf ?? []), ...added] };
  }

  /**
   * The library matches with JavaScript's own expressions, some of which never end on the right text; but a
   * format is a function of ours.
   */
  #pattern(given: unknown, place: string, added: object[]): void {
    if (typeof given !== "string") {
      this.#fail(place, `expected a regular expression, got ${show(given)}`);
      return;
    }
    try {
      const name = `${PATTERN_FORMAT}${given}`;
      const pattern = checkPattern(given);
      formats[name] = (text) => pattern.test(text);
      added.push({ format: name });
    } catch (error) {
      this.#fail(place, `expected a regular expression of RE2: ${messageOf(error)}`);
    }
  }

  /** References must lead somewhere, not back to themselves, and not to too much. */
  expand(): void {
    const sizes = new Map<string, number>();
    const sizeOf = (pointer: string, open: ReadonlySet<string>): number => {
      const known = sizes.get(pointer);
      if (known !== undefined) return known;
      const visited = this.#visited.get(pointer);
      if (visited === undefined) return 0;
      const { path, ref, inside } = visited;
      if (open.has(pointer)) {
        this.#fail(path, "expected a schema without a reference that leads back to itself");
        return 0;
      }
      if (ref !== undefined && !this.#visited.has(ref)) {
        this.#fail(join(path, "$ref"), `there is no schema at ${show(ref)}`);
        return 0;
      }
      const next = new Set(open).add(pointer);
      const parts = ref === undefined ? inside : [...inside, ref];
      const size = parts.reduce((sum, part) => sum + sizeOf(part, next), 1);
      sizes.set(pointer, size);
      return size;
    };
    // Also what nothing leads to: a reference in it may be wrong.
    for (const pointer of this.#visited.keys()) sizeOf(pointer, new Set());
    const expanded = sizes.get("#") ?? 0;
    if (expanded > MAX.expanded) {
      this.#fail("", `expected at most ${String(MAX.expanded)} schemas, those that are referred to counted each time, got ${String(expanded)}`);
    }
  }

  #fail(path: string, message: string): undefined {
    // A reference that leads back is found from each of its steps.
    if (!this.#problems.some((known) => known.path === path && known.message === message)) {
      this.#problems.push({ path, message });
    }
  }
}

/** Each item is compared with each: of a long list it is enough to say that it is too long. */
const UNIQUE_ITEMS = {
  if: { maxItems: MAX.uniqueItems },
  then: { uniqueItems: true },
  else: { maxItems: MAX.uniqueItems },
};

/** Keywords that exist and are not supported, and what to write instead. */
const REFUSED: Readonly<Record<string, string>> = {
  patternProperties:
    "is not supported, its names are matched without a bound on time; use propertyNames with a pattern, and additionalProperties",
  dependencies: "is not supported; use dependentRequired or dependentSchemas",
  $id: "is not supported; references are places in this schema, such as “#/$defs/item”",
  $anchor: "is not supported; references are places in this schema, such as “#/$defs/item”",
  $dynamicRef: "is not supported; use $ref",
  $recursiveRef: "is not supported; use $ref",
};

/** What was expected instead of a value that a keyword does not take. */
function problemOf(kind: Kind, value: unknown): string | undefined {
  const isTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((item) => typeof item === "string");
  const isNumber = typeof value === "number";
  switch (kind) {
    case "number":
      return isNumber ? undefined : "a number";
    case "positive":
      return isNumber && value > 0 ? undefined : "a number above 0";
    case "count":
      return isNumber && Number.isInteger(value) && value >= 0 ? undefined : "a whole number from 0";
    case "names":
      return isTexts(value) ? undefined : "a list of names";
    case "namedNames":
      return isObject(value) && Object.values(value).every(isTexts)
        ? undefined
        : "lists of names by name";
    case "list":
      return Array.isArray(value) && value.length > 0 ? undefined : "a list of at least 1 value";
    case "type": {
      const types: readonly unknown[] = Array.isArray(value) ? value : [value];
      const isKnown = types.length > 0 && types.every((type) => TYPES.has(type));
      return isKnown ? undefined : `one of ${[...TYPES].join(", ")}, or a list of them`;
    }
    case "format":
      return FORMATS.has(value) ? undefined : `one of ${[...FORMATS].join(", ")}`;
    case "flag":
      return typeof value === "boolean" ? undefined : "true or false";
    case "text":
      return typeof value === "string" ? undefined : "text";
    default:
      return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A step of a JSON Pointer. */
function escape(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? "nothing" : text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
