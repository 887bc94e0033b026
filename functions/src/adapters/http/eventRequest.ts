import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { AcceptedRequest } from "../../app/storeEvent.ts";
import { requireMethod } from "../../config/route.ts";
import type { EndpointConfig } from "../../config/schema.ts";
import {
  cloudEventMode,
  readBatch,
  readBinary,
  readStructured,
  type CloudEvent,
  type CloudEventAttributes,
} from "../../domain/cloudEvent.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { isCredential, REDACTED } from "../../domain/credentials.ts";
import { readHeaders } from "./headers.ts";
import { cloudEventKey, explicitKey, idempotencyKeyOf, type HeaderLookup } from "./idempotency.ts";
import { readQuery } from "./query.ts";
import { bodyOf, headerText, urlOf } from "./rawRequest.ts";

/**
 * Most bytes of a body. The rest of a Firestore document, which holds 1 MiB, is for everything else; where
 * that is not enough, storing the event refuses it.
 */
export const MAX_BODY_BYTES = 950_000;

/** What a request holds: one event, or a batch of them. */
export interface EventRequest {
  readonly isBatch: boolean;
  readonly events: readonly ReadEvent[];
}

export interface ReadEvent {
  readonly request: AcceptedRequest;
  /** Where its content is in the body, as a JSON Pointer. */
  readonly place: string;
}

/** What is sent besides a body. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly url: string;
  /** Name, value, name, value, …, as they were sent. */
  readonly rawHeaders: readonly string[];
}

/**
 * Reads a request as an event of an endpoint, or as a batch of CloudEvents.
 *
 * @throws EventSyncError `method-not-allowed`, `event-too-large`, `unreadable-body`,
 *   `malformed-cloud-event`, `unsupported-format`
 */
export async function readEventRequest(
  request: IncomingMessage,
  endpoint: EndpointConfig,
): Promise<EventRequest> {
  const { method = "", rawHeaders } = request;
  const read = eventReader({ method, url: urlOf(request), rawHeaders }, endpoint);
  return read(await bodyOf(request, MAX_BODY_BYTES));
}

/**
 * The same for a request whose body is there already.
 *
 * @returns what reads a body of at most `MAX_BODY_BYTES`
 * @throws EventSyncError as `readEventRequest`, and so does what it returns
 */
export function eventReader(
  { method, url, rawHeaders }: RequestHead,
  endpoint: EndpointConfig,
): (body: Buffer) => EventRequest {
  const { eventKey, acceptedHttpMethods, keepHeaders, redactQueryParams } = endpoint;
  const common = {
    eventKey,
    httpMethod: requireMethod(method, acceptedHttpMethods, "The endpoint"),
    headers: readHeaders(rawHeaders, keepHeaders, redactQueryParams),
    queryParams: readQuery(url, redactQueryParams),
  };
  return (body) => eventsIn(body, common, rawHeaders, keepHeaders);
}

function eventsIn(
  body: Buffer,
  common: Pick<AcceptedRequest, "eventKey" | "httpMethod" | "headers" | "queryParams">,
  rawHeaders: readonly string[],
  keepHeaders: readonly string[],
): EventRequest {
  const content = isUtf8(body) ? body.toString("utf8") : body;
  const header: HeaderLookup = (name) => rawHeader(rawHeaders, name);
  const accept = ({ attributes, content: data }: CloudEvent, key?: string): AcceptedRequest => ({
    ...common,
    content: data,
    attributes: redact(attributes, keepHeaders),
    idempotencyKey: key ?? cloudEventKey(attributes),
  });

  const mode = cloudEventMode(header);
  switch (mode) {
    case undefined: {
      const text = typeof content === "string" ? content : undefined;
      return single({ ...common, content, idempotencyKey: idempotencyKeyOf(header, text) });
    }
    case "binary": {
      const attributes = readBinary(lowerCase(rawHeaders), header("content-type"));
      return single(accept({ attributes, content }, explicitKey(header)));
    }
    case "structured":
      return single(accept(readStructured(textOf(content)), explicitKey(header)), "/data");
    case "batch": {
      // One `Idempotency-Key` cannot name several events: each has its own source and id.
      const events = readBatch(textOf(content)).map((event, index) => ({
        request: accept(event),
        place: `/${String(index)}/data`,
      }));
      return { isBatch: true, events };
    }
  }
}

function single(request: AcceptedRequest, place = ""): EventRequest {
  return { isBatch: false, events: [{ request, place }] };
}

function textOf(content: string | Uint8Array): string {
  if (typeof content === "string") return content;
  const failures = [{ pointer: "", message: "expected JSON, which is UTF-8" }];
  throw new EventSyncError("malformed-cloud-event", "The CloudEvent is not UTF-8.", { failures });
}

/** As for headers: an attribute is a `ce-` header in one of the modes. */
function redact(attributes: CloudEventAttributes, keep: readonly string[]): CloudEventAttributes {
  const kept = new Set(keep.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => {
      const isSecret = isCredential(`ce-${name}`) && !kept.has(`ce-${name}`);
      return [name, isSecret ? REDACTED : value];
    }),
  );
}

function lowerCase(rawHeaders: readonly string[]): (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), headerText(rawHeaders[index + 1] ?? "")] as const] : [],
  );
}

/** Not `request.headers`: there the content type is hidden, and repeats of some headers are lost. */
function rawHeader(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
  return values.length === 0 ? undefined : values.map(headerText).join(", ");
}
