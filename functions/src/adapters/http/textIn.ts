import type { IncomingMessage } from "node:http";
import { EventSyncError } from "../../domain/errors.ts";
import { readQuery } from "./query.ts";
import { urlOf } from "./rawRequest.ts";

/**
 * A value in the query of a request; undefined if it is not there.
 *
 * @throws EventSyncError `invalid-query` if it is there with different values
 */
export function textIn(request: IncomingMessage, name: string): string | undefined {
  const given = readQuery(urlOf(request), []).find((one) => one.name === name);
  const [text, ...others] = new Set(given?.values);
  if (others.length === 0) return text;
  throw new EventSyncError("invalid-query", `The query parameter “${name}” has different values.`);
}
