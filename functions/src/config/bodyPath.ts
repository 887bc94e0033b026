import { createRequire } from "node:module";
import type * as JsonP3 from "json-p3";
import type { Step } from "../domain/correlation.ts";

/**
 * A place in a JSON body: a JSONPath (RFC 9535) that names one place, or a JSON Pointer (RFC 6901).
 *
 * Only singular queries are taken. They are turned into plain steps, so that no request runs a query
 * language: a filter of one can go on for ever.
 */

/** Loaded at the first path: configurations without one start without it. */
const load = (): typeof JsonP3 => createRequire(import.meta.url)("json-p3") as typeof JsonP3;

/** As many as anybody writes; what recurses over a path has an end. */
const MAX_PATH_LENGTH = 1000;

/** @throws SyntaxError that says what is wrong */
export function stepsOf(path: string): Step[] {
  if (path.length > MAX_PATH_LENGTH) {
    throw new SyntaxError(`it is longer than ${String(MAX_PATH_LENGTH)} characters`);
  }
  if (path.startsWith("/")) return pointerSteps(path);
  if (path.startsWith("$")) return querySteps(path);
  throw new SyntaxError("a JSONPath begins with “$”, a JSON Pointer with “/”");
}

function pointerSteps(pointer: string): Step[] {
  if (/~(?![01])/.test(pointer)) throw new SyntaxError("“~” is written “~0”, “/” in a name “~1”");
  const { JSONPointer } = load();
  return new JSONPointer(pointer).tokens.map((token) => ({ kind: "token", token }));
}

function querySteps(path: string): Step[] {
  const { compile } = load();
  let query;
  try {
    query = compile(path);
  } catch (error) {
    throw new SyntaxError(`it is no JSONPath: ${error instanceof Error ? error.message : ""}`);
  }
  if (!query.singularQuery()) throw new SyntaxError("it can name many places");
  return query.segments
    .flatMap(({ selectors }) => selectors)
    .map((selector): Step => {
      if ("name" in selector) return { kind: "name", name: selector.name as string };
      if ("index" in selector) return { kind: "index", index: selector.index as number };
      throw new SyntaxError("it can name many places");
    });
}
