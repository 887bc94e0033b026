// The ceiling of ingest: the same two documents in one commit, on the same framework, and nothing else.
import { randomBytes } from "node:crypto";
import { Firestore, Timestamp } from "@google-cloud/firestore";
import { onRequest } from "firebase-functions/https";

const db = new Firestore();
const service = db.collection("services").doc("bare");

export const bare = onRequest(async (request, response) => {
  const id = randomBytes(12).toString("hex");
  const receivedAt = Timestamp.now();
  const expireAt = Timestamp.fromMillis(receivedAt.toMillis() + 604_800_000);
  const batch = db.batch();
  batch.create(service.collection("events").doc(id), {
    eventKey: "bare",
    receivedAt,
    httpMethod: request.method,
    headers: [
      { name: "Content-Type", values: ["application/json"] },
      { name: "Content-Length", values: ["180"] },
      { name: "Connection", values: ["keep-alive"] },
    ],
    queryParams: [],
    content: request.rawBody.toString("utf8"),
    expireAt,
  });
  batch.create(service.collection("pending").doc(id), {
    eventKey: "bare",
    receivedAt,
    size: 400,
    exported: false,
    countsUntil: expireAt,
    expireAt,
  });
  await batch.commit();
  response.status(202).json({ eventId: id });
});
