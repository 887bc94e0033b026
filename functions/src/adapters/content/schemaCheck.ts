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

/** What a keyword takes that holds schemas. */
const SCHEMAS: Readonly<Record<string, "schema" | "items" | "list" | "named">> = {
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
  allOf: "list",
  anyOf: "list",
  oneOf: "list",
  prefixItems: "list",
  $defs: "named",
  definitions: "named",
  dependentSchemas: "named",
  properties: "named",
};

/** What was expected instead of a value; undefined if it is right. */
type CheckValue = (value: unknown) => string | undefined;

const expecting =
  (expected: string, isRight: (value: unknown) => boolean): CheckValue =>
  (value) =>
    isRight(value) ? undefined : expected;

const TYPES: readonly unknown[] = [
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
];

/** Of the library's formats those whose check takes time linear in the text; it ignores unknown ones. */
const FORMATS: readonly unknown[] = Object.keys(formats).filter(
  (name) => name !== "url" && name !== "regex",
);

const any = expecting("anything", () => true);
const text = expecting("text", (value) => typeof value === "string");
const flag = expecting("true or false", (value) => typeof value === "boolean");
const number = expecting("a number", (value) => typeof value === "number");
const positive = expecting("a number above 0", (value) => typeof value === "number" && value > 0);
const count = expecting(
  "a whole number from 0",
  (value) => typeof value === "number" && Number.isInteger(value) && value >= 0,
);
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === "string");

/** Every other keyword. One that is in neither table is refused: a schema misread lets all through. */
const VALUES: Readonly<Record<string, CheckValue>> = {
  const: any,
  default: any,
  deprecated: flag,
  description: text,
  enum: expecting(
    "a list of at least 1 value",
    (value) => Array.isArray(value) && value.length > 0,
  ),
  examples: any,
  exclusiveMaximum: number,
  exclusiveMinimum: number,
  format: expecting(`one of ${FORMATS.join(", ")}`, (value) => FORMATS.includes(value)),
  maxContains: count,
  maxItems: count,
  maxLength: count,
  maxProperties: count,
  maximum: number,
  minContains: count,
  minItems: count,
  minLength: count,
  minProperties: count,
  minimum: number,
  multipleOf: positive,
  readOnly: flag,
  required: expecting("a list of names", isNames),
  dependentRequired: expecting(
    "lists of names by name",
    (value) => isObject(value) && Object.values(value).every(isNames),
  ),
  title: text,
  type: expecting(`one of ${TYPES.join(", ")}, or a list of them`, (value) => {
    const types: readonly unknown[] = Array.isArray(value) ? value : [value];
    return types.length > 0 && types.every((type) => TYPES.includes(type));
  }),
  uniqueItems: flag,
  writeOnly: flag,
  $comment: text,
  $schema: text,
};

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
  ref?: string | undefined;
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
      this.#fail(path, `expected at most ${String(MAX.depth)} schemas inside one another`);
      return {};
    }
    const visited: Visited = { path, inside: [] };
    this.#visited.set(pointer, visited);
    if (typeof value === "boolean") return value;
    if (!isObject(value)) {
      this.#fail(path, `expected a schema, got ${show(value)}`);
      return {};
    }
    const rewritten: Record<string, unknown> = {};
    const added: object[] = [];
    for (const [keyword, given] of Object.entries(value)) {
      const place = join(path, keyword);
      if (Object.hasOwn(SCHEMAS, keyword)) {
        const at = `${pointer}/${escape(keyword)}`;
        rewritten[keyword] = this.#schemas(keyword, given, place, (inner, steps) => {
          const child = [at, ...steps.map(escape)].join("/");
          // What is only defined counts where it is referred to.
          if (keyword !== "$defs" && keyword !== "definitions") visited.inside.push(child);
          const [key] = steps;
          const named =
            key === undefined ? place : /^\d+$/.test(key) ? `${place}[${key}]` : `${place}.${key}`;
          return this.schema(inner, named, child, depth + 1);
        });
      } else if (keyword === "pattern") this.#pattern(given, place, added);
      else if (keyword === "$ref") {
        visited.ref = this.#reference(given, place);
        rewritten[keyword] = given;
      } else if (Object.hasOwn(VALUES, keyword)) {
        const expected = VALUES[keyword]?.(given);
        if (expected !== undefined) this.#fail(place, `expected ${expected}, got ${show(given)}`);
        if (keyword === "uniqueItems" && given === true) added.push(UNIQUE_ITEMS);
        else rewritten[keyword] = given;
      } else this.#fail(place, REFUSED[keyword] ?? "there is no such keyword");
    }
    if (added.length === 0) return rewritten;
    const { allOf } = rewritten as { readonly allOf?: readonly unknown[] };
    return { ...rewritten, allOf: [...(allOf ?? []), ...added] };
  }

  /** The schemas of a keyword, each as the library is given it. */
  #schemas(
    keyword: string,
    given: unknown,
    place: string,
    child: (schema: unknown, steps: readonly string[]) => unknown,
  ): unknown {
    const list = (): unknown[] =>
      (given as readonly unknown[]).map((one, index) => child(one, [String(index)]));
    switch (SCHEMAS[keyword]) {
      case "items":
        if (!Array.isArray(given)) return child(given, []);
        if (this.#draft !== "2020-12") return list();
        this.#fail(place, "expected a schema: a list of them is called prefixItems");
        return given;
      case "list":
        if (Array.isArray(given) && given.length > 0) return list();
        this.#fail(place, `expected a list of at least 1 schema, got ${show(given)}`);
        return given;
      case "named":
        if (isObject(given)) {
          const named = Object.entries(given).map(
            ([key, one]) => [key, child(one, [key])] as const,
          );
          return Object.fromEntries(named);
        }
        this.#fail(place, `expected schemas by name, got ${show(given)}`);
        return given;
      case "schema":
      case undefined:
        break;
    }
    return child(given, []);
  }

  #reference(given: unknown, place: string): string | undefined {
    if (typeof given === "string" && /^#(\/|$)/.test(given)) return decode(given);
    const expected = "a place in this schema, such as “#/$defs/item”: nothing is fetched";
    this.#fail(place, `expected ${expected}; got ${show(given)}`);
    return undefined;
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
      this.#fail(
        "",
        `expected at most ${String(MAX.expanded)} schemas, those that are referred to counted each time, got ${String(expanded)}`,
      );
    }
  }

  #fail(path: string, message: string): void {
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
