import { Timestamp, type DocumentSnapshot, type Firestore } from "@google-cloud/firestore";
import pMap from "p-map";
import type { EventLog, Log } from "../../app/ports.ts";
import type { Event, NamedValues } from "../../domain/event.ts";
import { addSeconds, type Rule } from "../../domain/rule.ts";
import { toMessageEvent, type MessageEvent } from "../../domain/syncMessage.ts";
import { isAlreadyExists } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import { pendingDocument } from "./pendingDocument.ts";

/** Documents per read request: large enough for few round trips, small enough to run side by side. */
const READ_SLICE = 250;
const READ_CONCURRENCY = 8;

export function makeEventLog(db: Firestore, paths: Paths, log: Log): EventLog {
  return {
    async append(rule, event, pending) {
      const batch = db.batch();
      batch.create(paths.events(rule.serviceName).doc(event.id), toDocument(rule, event));
      // Not `create`: the event decides whether it is new. A marker may outlive an event that TTL has
      // removed, and would turn its redelivery away for good.
      batch.set(paths.pending(rule.serviceName).doc(event.id), pendingDocument(rule, pending));
      try {
        await batch.commit();
        return "stored";
      } catch (error) {
        if (isAlreadyExists(error)) return "exists";
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
      const slices = Array.from({ length: Math.ceil(eventIds.length / READ_SLICE) }, (_, index) =>
        eventIds.slice(index * READ_SLICE, (index + 1) * READ_SLICE),
      );
      const toEvents = (snapshot: DocumentSnapshot): MessageEvent[] => {
        const event = fromDocument(snapshot);
        if (event !== undefined) return [toMessageEvent(event)];
        const problem = snapshot.exists ? "malformed" : "missing";
        log.error("event.unreadable", { service: serviceName, eventId: snapshot.id, problem });
        return [];
      };
      // Each slice is converted when it is there: its snapshots take several times what is left of them.
      const read = await pMap(
        slices,
        async (ids) => (await db.getAll(...ids.map((id) => collection.doc(id)))).flatMap(toEvents),
        { concurrency: READ_CONCURRENCY },
      );
      return read.flat();
    },
  };
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
