import type { Log } from "../../app/ports.ts";
import type { Event } from "../../domain/event.ts";
import type {
  EventQuery,
  EventStand,
  ListedEvent,
  StoredEvents,
} from "../../app/ports/storedEvents.ts";
import type { Doc, Documents, Fields } from "./documents.ts";
import { toEvent } from "./eventLog.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer, readerOf } from "./form.ts";
import { inSlices, MAX_IN } from "./markers.ts";
import { isId, paths } from "./paths.ts";
import { SHARDS } from "./pendingDocument.ts";

/** Endpoints of one query: each of them in each shard. */
const ENDPOINTS = Math.floor(MAX_IN / SHARDS.length);

/** Events are listed by time for each endpoint, in shards as markers have them. */
export function makeStoredEvents(documents: Documents, log: Log): StoredEvents {
  /** A page, newest first; of whole documents, unless only some fields are asked for. */
  const pageOf = async (
    service: string,
    { eventKeys, aboveMs, upToMs, after, limit }: EventQuery,
    select?: readonly string[],
  ): Promise<{ readonly docs: readonly Doc[]; readonly next: EventStand | undefined }> => {
    const collection = paths.events(service);
    const pages = inSlices(eventKeys, ENDPOINTS).map((slice) =>
      documents.query({
        from: { collection },
        equal: { eventKey: slice, shard: SHARDS },
        orderBy: "receivedAt",
        direction: "desc",
        above: aboveMs === undefined ? undefined : new Date(aboveMs),
        upTo: upToMs === undefined ? undefined : new Date(upToMs),
        after: after && {
          at: new Date(after.receivedAtMs),
          path: `${collection}/${after.eventId}`,
        },
        ...(select && { select }),
        limit: limit + 1,
      }),
    );
    const docs = (await Promise.all(pages)).flat().toSorted(newestFirst);
    const own = docs.filter(({ fields }) => !isNewer(fields));
    if (own.length < docs.length) {
      const count = docs.length - own.length;
      log.warn("documents.leftAlone", { service, kind: "event", count });
    }
    const last = docs.length > limit ? docs[limit - 1] : undefined;
    return { docs: docs.slice(0, limit), next: last && standOf(last) };
  };

  return {
    async list(service, query) {
      const select = ["eventKey", "key", "ignored", "size", "v"];
      const { docs, next } = await pageOf(service, query, select);
      return { events: docs.flatMap((doc) => toListed(doc) ?? []), next };
    },

    async listInFull(service, query) {
      const { docs, next } = await pageOf(service, query);
      return { events: docs.flatMap((doc) => toWhole(doc) ?? []), next };
    },

    async read(service, eventIds) {
      const docs = await documents.get(
        eventIds.filter(isId).map((id) => `${paths.events(service)}/${id}`),
      );
      const events = docs.flatMap((doc) => (doc && toWhole(doc)) ?? []);
      return new Map(events.map((event) => [event.id, event]));
    },
  };
}

const timeOf = ({ fields }: Doc): number => (fields["receivedAt"] as Date).getTime();

const standOf = (doc: Doc): EventStand => ({ receivedAtMs: timeOf(doc), eventId: doc.id });

function newestFirst(a: Doc, b: Doc): number {
  return timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1);
}

/** Undefined for what cannot be read. */
function toListed(doc: Doc): ListedEvent | undefined {
  if (isNewer(doc.fields)) return undefined;
  try {
    const data = readerOf(doc);
    return {
      id: doc.id,
      eventKey: data.string("eventKey"),
      receivedAtMs: data.time("receivedAt"),
      ...whyOf(doc.fields),
      size: data.number("size"),
    };
  } catch (error) {
    if (error instanceof MalformedDocumentError) return undefined;
    throw error;
  }
}

/** Undefined for what is malformed. @throws NewerDocumentError */
function toWhole(doc: Doc): Event | undefined {
  const event = toEvent(doc);
  return event && { ...event, ...whyOf(doc.fields) };
}

/** Of which window it is, or why of none; nothing of what somebody has spoilt. */
function whyOf({ key, ignored }: Fields = {}): Pick<Event, "key" | "ignored"> {
  const { reason, detail } = (ignored ?? {}) as { readonly reason?: unknown; detail?: unknown };
  return {
    ...(typeof key === "string" && { key }),
    ...(typeof reason === "string" && {
      ignored: { reason, ...(typeof detail === "string" && { detail }) },
    }),
  };
}
