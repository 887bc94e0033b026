import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { AcceptedRequest } from "../../app/storeEvent.ts";
import type { EndpointConfig } from "../../config/schema.ts";
import { EventSyncError } from "../../domain/errors.ts";
import type { NamedValues } from "../../domain/event.ts";
import { readHeaders } from "./headers.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { bodyOf, urlOf } from "./rawRequest.ts";

/** Most bytes of a body. A Firestore document holds 1 MiB (1,048,576 bytes), headers and all. */
export const MAX_BODY_BYTES = 950_000;

/** Most bytes of body, headers and query together, as stored; the rest is for the other fields. */
const MAX_STORED_BYTES = 1_040_000;

/**
 * Reads a request as an event of an endpoint.
 *
 * @throws EventSyncError `event-too-large`, `unreadable-body`
 */
export async function readEventRequest(
  request: IncomingMessage,
  endpoint: EndpointConfig,
): Promise<AcceptedRequest> {
  const body = await bodyOf(request, MAX_BODY_BYTES);
  const headers = readHeaders(request.rawHeaders, endpoint.keepHeaders);
  const queryParams = readQuery(urlOf(request));
  const stored = body.length + storedSize(headers) + storedSize(queryParams);
  if (stored > MAX_STORED_BYTES) {
    throw new EventSyncError(
      "event-too-large",
      `Body, headers and query take ${String(stored)} bytes, over the limit of ${String(MAX_STORED_BYTES)}.`,
    );
  }
  const content = isUtf8(body) ? body.toString("utf8") : body;
  const header = (name: string): string | undefined => rawHeader(request.rawHeaders, name);
  return {
    eventKey: endpoint.eventKey,
    httpMethod: request.method ?? "",
    headers,
    queryParams,
    content,
    idempotencyKey: idempotencyKeyOf(header, typeof content === "string" ? content : undefined),
  };
}

/** Not `request.headers`: there the content type is hidden, and repeats of some headers are lost. */
function rawHeader(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
  return values.length === 0 ? undefined : values.join(", ");
}

/** Repeats are kept in order. Unlike the original this loses no pair, however it is written. */
export function readQuery(url: string): NamedValues[] {
  const start = url.indexOf("?");
  if (start === -1) return [];
  const parameters = new URLSearchParams(url.slice(start + 1));
  return Array.from(new Set(parameters.keys()), (name) => ({
    name,
    values: parameters.getAll(name),
  }));
}

/** By Firestore's rule: a string takes its UTF-8 bytes and one; so do the two field names. */
function storedSize(pairs: readonly NamedValues[]): number {
  const text = (value: string): number => Buffer.byteLength(value) + 1;
  return pairs.reduce(
    (sum, { name, values }) =>
      sum +
      text("name") +
      text("values") +
      text(name) +
      values.reduce((total, value) => total + text(value), 0),
    0,
  );
}
