import { MAX_KEY_BYTES } from "../domain/correlation.ts";
import type { Parameter } from "./describe.ts";
import { integer, text, time, type Schema } from "./shapes.ts";

/** Parameters that several functions have. */
export const from: Parameter = {
  description: "Only what was made at or after that time.",
  schema: time,
};
export const to: Parameter = {
  description: "Only what was made at or before that time.",
  schema: time,
};
export const after: Parameter = {
  description: "The `next` of an answer: what comes behind it.",
  schema: text,
};

/** Most of a page. */
export function limit({ usual, most }: { readonly usual: number; readonly most: number }): {
  readonly description: string;
  readonly schema: Schema;
} {
  return {
    description: "Most entries of the answer.",
    schema: { ...integer(1, most), default: usual },
  };
}

/** One window of a service. */
export const key: Parameter = {
  description: `A correlation key, at most ${String(MAX_KEY_BYTES)} bytes in UTF-8; only where the service has a correlation.`,
  schema: { type: "string", minLength: 1 },
};
