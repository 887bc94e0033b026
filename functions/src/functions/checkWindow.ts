import { onDocumentCreated, type QueryDocumentSnapshot } from "firebase-functions/firestore";
import { acknowledgeUnreadable, takeBodiesAsBytes } from "../adapters/eventarc/deliveries.ts";
import { leaveDomain } from "../adapters/leaveDomain.ts";
import { cloudLog } from "../adapters/log.ts";
import { onPending } from "../app/onPending.ts";
import { engine, serves, services } from "../compose.ts";
import { DATABASE } from "../params.ts";

if (serves("checkWindow")) takeBodiesAsBytes();

/**
 * Runs the window check for a new event, asynchronously. It watches the small pending marker, never
 * the event: the platform drops what is larger than 512 KB. With `retry` the platform repeats what
 * throws, for a day.
 */
export const checkWindow = acknowledgeUnreadable(
  onDocumentCreated(
    {
      document: "services/{service}/pending/{eventId}",
      database: DATABASE,
      retry: true,
      timeoutSeconds: 120,
    },
    async ({ params, data }) => {
      leaveDomain();
      await onPending(await engine(), cloudLog, await services(), {
        serviceName: params.service,
        eventId: params.eventId,
        eventKey: eventKeyOf(data),
      });
    },
  ),
  cloudLog,
);

/** Undefined if it is not there, is no string, or is no Firestore value at all. */
function eventKeyOf(marker: QueryDocumentSnapshot | undefined): string | undefined {
  try {
    const eventKey: unknown = marker?.get("eventKey");
    return typeof eventKey === "string" ? eventKey : undefined;
  } catch {
    return undefined;
  }
}
