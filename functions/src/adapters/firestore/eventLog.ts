import pMap from "p-map";
import type { EventLog, Log } from "../../app/ports.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { HTTP_METHODS, type Event, type NamedValues } from "../../domain/event.ts";
import { toMessageEvent, type MessageEvent } from "../../domain/syncMessage.ts";
import { isAlreadyExists, isTooLarge } from "./conflicts.ts";
import type { Doc, Documents } from "./documents.ts";
import { eventWrites } from "./eventDocument.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer, readerOf } from "./form.ts";
import { paths } from "./paths.ts";

/** Documents per read request: large enough for few round trips, small enough to run side by side. */
const READ_SLICE = 250;
const READ_CONCURRENCY = 8;

export function makeEventLog(documents: Documents, log: Log): EventLog {
  return {
    async append(rule, event, pending) {
      const writes = eventWrites(rule, event, pending);
      try {
        await documents.commit(writes);
        return "stored";
      } catch (error) {
        if (isAlreadyExists(error)) return "exists";
        if (isTooLarge(error)) {
          throw new EventSyncError("event-too-large", TOO_LARGE, { cause: error });
        }
        throw error;
      }
    },

    async summary({ serviceName, eventId }) {
      const [doc] = await documents.get([`${paths.events(serviceName)}/${eventId}`]);
      if (doc === undefined || isNewer(doc.fields)) return undefined;
      const { receivedAt, ignored } = doc.fields;
      if (!(receivedAt instanceof Date)) return undefined;
      const { reason } = (ignored ?? {}) as { readonly reason?: unknown };
      const receivedAtMs = receivedAt.getTime();
      return { receivedAtMs, ...(typeof reason === "string" && { ignored: reason }) };
    },

    async read({ serviceName, eventIds }) {
      const collection = paths.events(serviceName);
      const slices = Array.from({ length: Math.ceil(eventIds.length / READ_SLICE) }, (_, index) =>
        eventIds.slice(index * READ_SLICE, (index + 1) * READ_SLICE),
      );
      const toEntry = (
        doc: Doc | undefined,
        eventId: string,
      ): (readonly [string, MessageEvent])[] => {
        const event = doc && toEvent(doc);
        if (event !== undefined) return [[eventId, toMessageEvent(event)]];
        const problem = doc === undefined ? "missing" : "malformed";
        log.error("event.unreadable", { service: serviceName, eventId, problem });
        return [];
      };
      // Each slice is converted when it is there: its documents take several times what is left of them.
      const read = await pMap(
        slices,
        async (ids) => {
          const docs = await documents.get(ids.map((id) => `${collection}/${id}`));
          return docs.flatMap((doc, index) => toEntry(doc, ids[index] ?? ""));
        },
        { concurrency: READ_CONCURRENCY },
      );
      return new Map(read.flat());
    },
  };
}

const TOO_LARGE = "The event is larger than a Firestore document can be.";

/**
 * Undefined if it is malformed.
 *
 * @throws NewerDocumentError: a message without it would be one event short for ever
 */
export function toEvent(doc: Doc): Event | undefined {
  const { headers, queryParams, content, attributes } = doc.fields;
  const isRead =
    isNamedValues(headers) &&
    isNamedValues(queryParams) &&
    (attributes === undefined || isTexts(attributes)) &&
    (typeof content === "string" || content instanceof Uint8Array);
  try {
    const reader = readerOf(doc);
    if (!isRead) return undefined;
    return {
      id: doc.id,
      eventKey: reader.string("eventKey"),
      receivedAtMs: reader.time("receivedAt"),
      httpMethod: reader.oneOf("httpMethod", HTTP_METHODS),
      headers,
      queryParams,
      content,
      ...(attributes !== undefined && { attributes }),
    };
  } catch (error) {
    if (error instanceof MalformedDocumentError) return undefined;
    throw error;
  }
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((entry) => typeof entry === "string")
  );
}

function isNamedValues(value: unknown): value is NamedValues[] {
  return (
    Array.isArray(value) &&
    value.every((entry: Partial<NamedValues> | null) => {
      const { name, values } = entry ?? {};
      return (
        typeof name === "string" &&
        Array.isArray(values) &&
        values.every((item) => typeof item === "string")
      );
    })
  );
}
