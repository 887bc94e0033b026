import { Timestamp, type DocumentSnapshot, type Firestore } from "@google-cloud/firestore";
import type { EventLog, Log } from "../../app/ports.ts";
import { EventSyncError } from "../../domain/errors.ts";
import type { Event, NamedValues } from "../../domain/event.ts";
import { addSeconds, type Rule } from "../../domain/rule.ts";
import { toMessageEvent } from "../../domain/syncMessage.ts";
import { isAlreadyExists, isTooLarge } from "./conflicts.ts";
import { documentSize, MAX_DOCUMENT_BYTES } from "./documentSize.ts";
import type { Paths } from "./paths.ts";
import { pendingDocument } from "./pendingDocument.ts";

/** Documents per read request: large enough for few round trips, small enough to run side by side. */
const READ_SLICE = 250;

export function makeEventLog(db: Firestore, paths: Paths, log: Log): EventLog {
  return {
    async append(rule, event, pending) {
      const ref = paths.events(rule.serviceName).doc(event.id);
      const document = toDocument(rule, event);
      requireFits(documentSize(ref.path, document));
      const batch = db.batch();
      batch.create(ref, document);
      batch.create(paths.pending(rule.serviceName).doc(event.id), pendingDocument(rule, pending));
      try {
        await batch.commit();
        return "stored";
      } catch (error) {
        if (isAlreadyExists(error)) return "exists";
        if (isTooLarge(error)) {
          throw new EventSyncError("event-too-large", TOO_LARGE, { cause: error });
        }
        throw error;
      }
    },

    async receivedAt(serviceName, eventId) {
      const snapshot = await paths.events(serviceName).doc(eventId).get();
      const receivedAt: unknown = snapshot.get("receivedAt");
      return receivedAt instanceof Timestamp ? receivedAt.toMillis() : undefined;
    },

    async read(serviceName, eventIds) {
      const collection = paths.events(serviceName);
      const slices = [];
      for (let start = 0; start < eventIds.length; start += READ_SLICE) {
        const refs = eventIds.slice(start, start + READ_SLICE).map((id) => collection.doc(id));
        slices.push(db.getAll(...refs));
      }
      const snapshots = (await Promise.all(slices)).flat();
      return snapshots.flatMap((snapshot) => {
        const event = fromDocument(snapshot);
        if (event !== undefined) return [toMessageEvent(event)];
        const problem = snapshot.exists ? "malformed" : "missing";
        log.error("event.unreadable", { service: serviceName, eventId: snapshot.id, problem });
        return [];
      });
    },
  };
}

const TOO_LARGE = "The event is larger than a Firestore document can be.";

/** Production refuses what is larger; nothing is asked of it then. */
function requireFits(size: number): void {
  if (size <= MAX_DOCUMENT_BYTES) return;
  const limit = String(MAX_DOCUMENT_BYTES);
  throw new EventSyncError(
    "event-too-large",
    `Body, headers and query take ${String(size)} bytes as a Firestore document, over its limit of ${limit}.`,
  );
}

function toDocument(rule: Rule, event: Event): Record<string, unknown> {
  const { content } = event;
  return {
    eventKey: event.eventKey,
    receivedAt: Timestamp.fromMillis(event.receivedAtMs),
    httpMethod: event.httpMethod,
    // Lists, not maps: a map's key cannot be empty or `__x__`, a header's or parameter's name can.
    headers: event.headers,
    queryParams: event.queryParams,
    content: typeof content === "string" ? content : Buffer.from(content),
    expireAt: Timestamp.fromMillis(addSeconds(event.receivedAtMs, rule.retentionPeriod)),
  };
}

function fromDocument(snapshot: DocumentSnapshot): Event | undefined {
  const data = snapshot.data();
  if (data === undefined) return undefined;
  const { eventKey, receivedAt, httpMethod, headers, queryParams, content } = data as Record<
    string,
    unknown
  >;
  const isRead =
    typeof eventKey === "string" &&
    receivedAt instanceof Timestamp &&
    typeof httpMethod === "string" &&
    isNamedValues(headers) &&
    isNamedValues(queryParams) &&
    (typeof content === "string" || content instanceof Uint8Array);
  if (!isRead) return undefined;
  const receivedAtMs = receivedAt.toMillis();
  return { id: snapshot.id, eventKey, receivedAtMs, httpMethod, headers, queryParams, content };
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
