// The ceiling of deliveries: a loop of the same requests, over the same connections, and nothing else. With
// `marks` each is followed by the write that says that it has arrived, and the next one waits for it. It
// runs in a process of its own, with the heap of the functions.
import { Agent, request } from "node:http";
import { Firestore } from "@google-cloud/firestore";

const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
const marked = new Firestore().collection("services").doc("bare").collection("deliveries");

function call({ url, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: "POST", headers, agent }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function mark(index, status) {
  const doneAt = new Date();
  await marked.doc(`delivery-${index}`).set({
    state: "delivered",
    attempts: [{ attempt: 1, at: doneAt, ms: 1, status }],
    doneAt,
    expireAt: new Date(doneAt.getTime() + 604_800_000),
  });
}

process.on("message", async ({ sent, inFlight, count, marks }) => {
  let begun = 0;
  const startedMs = performance.now();
  const lane = async () => {
    while (begun < count) {
      const index = begun++;
      const status = await call(sent);
      if (marks) await mark(index, status);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  process.send((1000 * count) / (performance.now() - startedMs));
});
