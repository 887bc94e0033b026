import { onDocumentCreated } from "firebase-functions/firestore";
import { cloudLog } from "../adapters/log.ts";
import { onPending } from "../app/onPending.ts";
import { engine, services } from "../compose.ts";

/**
 * Runs the window check for a new event, asynchronously. It watches the small pending marker, never
 * the event: the platform drops what is larger than 512 KB. With `retry` the platform repeats what
 * throws, for a day.
 */
export const checkWindow = onDocumentCreated(
  { document: "services/{service}/pending/{eventId}", retry: true, timeoutSeconds: 120 },
  async ({ params, data }) => {
    const eventKey: unknown = data?.get("eventKey");
    await onPending(await engine(), cloudLog, await services(), {
      serviceName: params.service,
      eventId: params.eventId,
      eventKey: typeof eventKey === "string" ? eventKey : undefined,
    });
  },
);
