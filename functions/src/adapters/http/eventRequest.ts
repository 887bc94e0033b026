import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { AcceptedRequest } from "../../app/storeEvent.ts";
import { requireMethod } from "../../config/route.ts";
import type { EndpointConfig } from "../../config/schema.ts";
import { readHeaders } from "./headers.ts";
import { idempotencyKeyOf } from "./idempotency.ts";
import { readQuery } from "./query.ts";
import { bodyOf, headerText, urlOf } from "./rawRequest.ts";

/**
 * Most bytes of a body. The rest of a Firestore document, which holds 1 MiB, is for everything else; where
 * that is not enough, storing the event refuses it.
 */
export const MAX_BODY_BYTES = 950_000;

/**
 * Reads a request as an event of an endpoint.
 *
 * @throws EventSyncError `method-not-allowed`, `event-too-large`, `unreadable-body`
 */
export async function readEventRequest(
  request: IncomingMessage,
  endpoint: EndpointConfig,
): Promise<AcceptedRequest> {
  const { acceptedHttpMethods, keepHeaders, redactQueryParams } = endpoint;
  const httpMethod = requireMethod(request.method ?? "", acceptedHttpMethods, "The endpoint");
  const headers = readHeaders(request.rawHeaders, keepHeaders, redactQueryParams);
  const queryParams = readQuery(urlOf(request), redactQueryParams);
  const body = await bodyOf(request, MAX_BODY_BYTES);
  const content = isUtf8(body) ? body.toString("utf8") : body;
  const header = (name: string): string | undefined => rawHeader(request.rawHeaders, name);
  return {
    eventKey: endpoint.eventKey,
    httpMethod,
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
  return values.length === 0 ? undefined : values.map(headerText).join(", ");
}
