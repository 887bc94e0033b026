// What a large sync cannot do without: a client that reads the same events and publishes them. It runs
// in a process of its own, with the heap of the functions. Asked by { ids, content, topic }, it tells
// its parent when it began, in epoch milliseconds.
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";

// Documents per request; of 100, 250, 500 and 1000 the fastest.
const SLICE = 250;

const collection = new Firestore().collection("services").doc("idle").collection("events");
const pubsub = new PubSub();

process.on("message", async ({ ids, content, topic }) => {
  const startedMs = performance.timeOrigin + performance.now();
  const slices = [];
  for (let start = 0; start < ids.length; start += SLICE) {
    const refs = ids.slice(start, start + SLICE).map((id) => collection.doc(id));
    slices.push(collection.firestore.getAll(...refs));
  }
  const snapshots = (await Promise.all(slices)).flat();
  const events = [...snapshots.map((snapshot) => snapshot.data()), { content }];
  const data = Buffer.from(JSON.stringify({ events: { many: { events } } }));
  await pubsub.topic(topic, { batching: { maxMessages: 1 } }).publishMessage({ data });
  process.send(startedMs);
});
