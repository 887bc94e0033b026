import type { AcceptedRequest } from "../../app/storeEvent.ts";

/** Most lists and objects inside one another: what recurses over a body must not meet ten thousand. */
export const MAX_NESTING = 200;

/** What an event's body is: the value of its JSON, or why it has none. */
export type Json =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "none" }
  | { readonly kind: "nested" };

/** Reads a body as JSON, whatever its content type says: many sources say none. */
export function readJson(content: AcceptedRequest["content"]): Json {
  if (typeof content !== "string") return { kind: "none" };
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { kind: "none" };
  }
  return nestsDeeper(value, MAX_NESTING) ? { kind: "nested" } : { kind: "json", value };
}

function nestsDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  return Object.values(value).some((child) => nestsDeeper(child, limit - 1));
}
