import { Validator, type OutputUnit } from "@cfworker/json-schema";
import { MAX_FAILURES, type Failure } from "../../domain/errors.ts";
import { MAX_NESTING, type Json } from "./content.ts";
import { checkSchema, PATTERN_FORMAT, type SchemaProblem } from "./schemaCheck.ts";

/** What is wrong with a body; at least one failure more than an answer lists, if there are as many. */
export type BodySchema = (json: Json) => readonly Failure[];

/** Up to how many values of a body all failures are looked for; of a larger one some, the first among them. */
const MAX_VALUES = 5000;

/**
 * Makes a schema ready to be used.
 *
 * @returns undefined if it has problems, which are added to those given
 */
export function compileSchema(
  written: Readonly<Record<string, unknown>>,
  problems: SchemaProblem[],
): BodySchema | undefined {
  const checked = checkSchema(written, problems);
  if (checked === undefined) return undefined;
  const { schema, draft } = checked;
  const first = new Validator(schema, draft, true);
  const all = new Validator(schema, draft, false);
  return (json) => {
    switch (json.kind) {
      case "none":
        return [{ pointer: "", message: "expected JSON" }];
      case "nested":
        return [{ pointer: "", message: `nests deeper than ${String(MAX_NESTING)}` }];
      case "json":
        break;
    }
    try {
      const { valid, errors } = first.validate(json.value);
      if (valid) return [];
      const isSmall = countValues(json.value, MAX_VALUES) <= MAX_VALUES;
      return failuresOf(isSmall ? all.validate(json.value).errors : errors);
    } catch (error) {
      // The library cannot say where it is, if a name on the way is not well-formed.
      if (error instanceof URIError) return [{ pointer: "", message: "a name is not well-formed" }];
      throw error;
    }
  };
}

/** How many values there are, counted no further than one more than the limit. */
function countValues(value: unknown, limit: number): number {
  let count = 1;
  if (typeof value !== "object" || value === null) return count;
  for (const child of Object.values(value)) {
    if (count > limit) break;
    count += countValues(child, limit - count);
  }
  return count;
}

/** These say only that something inside is wrong, which always is an error of its own. */
const WRAPPERS: ReadonlySet<string> = new Set([
  "$ref",
  "additionalItems",
  "additionalProperties",
  "allOf",
  "dependentSchemas",
  "if",
  "items",
  "prefixItems",
  "properties",
  "propertyNames",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

function failuresOf(errors: readonly OutputUnit[]): Failure[] {
  const failures = new Map<string, Failure>();
  for (const error of errors) {
    if (failures.size > MAX_FAILURES) break;
    if (WRAPPERS.has(error.keyword)) continue;
    const failure = { pointer: pointerOf(error.instanceLocation), message: messageOf(error) };
    failures.set(JSON.stringify(failure), failure);
  }
  return [...failures.values()];
}

/** From a URI fragment, `#/a/b%20c`, to a JSON Pointer, `/a/b c`. */
function pointerOf(location: string): string {
  const pointer = location.replace(/^#/, "");
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}

const MAX_MESSAGE = 300;

function messageOf({ keyword, error }: OutputUnit): string {
  if (keyword === "false") return "Nothing is allowed here.";
  const at = error.indexOf(PATTERN_FORMAT);
  const message =
    keyword === "format" && at !== -1
      ? `String does not match the pattern “${error.slice(at + PATTERN_FORMAT.length).replace(/"\.?$/, "")}”.`
      : error;
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}
