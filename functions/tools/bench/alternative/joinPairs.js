// What one would write without EventSync: a function that joins two events in a Firestore transaction and
// publishes them once both are there. POST /<endpoint>?pair=<key>; whatever is not answered 2xx is to be
// sent again. Three ways to keep the event that waits:
//
//   oneDocument  all pairs that wait in one document
//   perKey       a document for each pair, deleted by the event that completes it
//   perKeyKept   a document for each pair, left to TTL, so that an event sent again publishes again
import { FieldPath, FieldValue, Firestore, Timestamp } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { onRequest } from "firebase-functions/https";
import { error as logError } from "firebase-functions/logger";

const ENDPOINTS = ["many", "last"];
const KEEP_MS = 3_600_000;

const db = new Firestore();
const windows = db.collection("windows");
const topic = new PubSub().topic(process.env.TOPIC, { batching: { maxMessages: 1 } });

export const oneDocument = onRequest(
  answer((pair, event) =>
    db.runTransaction(async (transaction) => {
      const window = windows.doc("all");
      const waiting = (await transaction.get(window)).data()?.[pair];
      const events = { ...waiting, ...event };
      // One field of the document, whatever the others do in theirs.
      const field = isComplete(events) ? FieldValue.delete() : events;
      const mergeFields = [new FieldPath(pair)];
      transaction.set(window, { [pair]: field }, { mergeFields });
      return events;
    }),
  ),
);

export const perKey = onRequest(
  answer((pair, event) =>
    db.runTransaction(async (transaction) => {
      const window = windows.doc(pair);
      const waiting = (await transaction.get(window)).data()?.events;
      const events = { ...waiting, ...event };
      if (isComplete(events)) transaction.delete(window);
      else transaction.set(window, { events, expireAt: expireAt() });
      return events;
    }),
  ),
);

export const perKeyKept = onRequest(
  answer((pair, event) =>
    db.runTransaction(async (transaction) => {
      const window = windows.doc(pair);
      const waiting = (await transaction.get(window)).data()?.events;
      const events = { ...waiting, ...event };
      transaction.set(window, { events, expireAt: expireAt() });
      return events;
    }),
  ),
);

/** Answers once the event is stored and, if it was the second of its pair, both are published. */
function answer(join) {
  return async (request, response) => {
    const endpoint = request.path.slice(1);
    const { pair } = request.query;
    const isKnown =
      ENDPOINTS.includes(endpoint) && typeof pair === "string" && /^[\w-]+$/.test(pair);
    if (request.method !== "POST" || !isKnown) {
      response.status(400).json({ error: "POST /<endpoint>?pair=<key>" });
      return;
    }
    try {
      const events = await join(pair, { [endpoint]: request.rawBody.toString("utf8") });
      if (isComplete(events)) await publish(pair, events);
      response.status(202).json({ pair });
    } catch (error) {
      logError("The event was not joined", error);
      response.status(500).json({ error: "Send it again." });
    }
  };
}

function isComplete(events) {
  return ENDPOINTS.every((endpoint) => endpoint in events);
}

/** In the shape of EventSync's message, so that the same subscriber reads both. */
async function publish(eventID, contents) {
  const events = Object.fromEntries(
    ENDPOINTS.map((endpoint) => [endpoint, { events: [{ content: contents[endpoint] }] }]),
  );
  await topic.publishMessage({ json: { eventID, serviceName: "alternative", events } });
}

function expireAt() {
  return Timestamp.fromMillis(Date.now() + KEEP_MS);
}
