import type { IncomingMessage } from "node:http";
import { keyProblem } from "../../domain/correlation.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { textIn } from "./textIn.ts";
import { isStorable } from "./timeIn.ts";

/** Where a page ended, as text: what `after` of the next call is to be. Nobody else reads it. */
export function cursorFor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** A part of a cursor: a time in epoch milliseconds, how many there were, the id of a document, or a correlation key. */
export type PartKind = "time" | "count" | "id" | "key";

type PartOf<Kinds extends readonly PartKind[]> = {
  readonly [Index in keyof Kinds]: Kinds[Index] extends "id" | "key" ? string : number;
};

const ID = /^[a-z0-9-]{1,100}$/i;

const IS = {
  // The store refuses any other; and who counts up to a place has to get there.
  time: isStorable,
  count: (part: unknown) => Number.isSafeInteger(part) && (part as number) >= 0,
  id: (part: unknown) => typeof part === "string" && ID.test(part),
  key: (part: unknown) => typeof part === "string" && keyProblem(part) === undefined,
} as const satisfies Readonly<Record<PartKind, (part: unknown) => boolean>>;

/**
 * The parts of the cursor that a request has as `after`; undefined if it has none.
 *
 * @throws EventSyncError `invalid-query` if no answer has given that
 */
export function cursorIn<const Kinds extends readonly PartKind[]>(
  request: IncomingMessage,
  kinds: Kinds,
): PartOf<Kinds> | undefined {
  const text = textIn(request, "after");
  if (text === undefined) return undefined;
  const parts = partsOf(text);
  const isOurs =
    parts.length === kinds.length && kinds.every((kind, index) => IS[kind](parts[index]));
  if (isOurs) return parts as unknown as PartOf<Kinds>;
  throw new EventSyncError(
    "invalid-query",
    "The query parameter “after” must be the “next” of an answer.",
  );
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
