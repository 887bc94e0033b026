import { onDocumentCreated, type QueryDocumentSnapshot } from "firebase-functions/firestore";
import { acknowledgeUnreadable, takeBodiesAsBytes } from "../adapters/eventarc/deliveries.ts";
import { leaveDomain } from "../adapters/leaveDomain.ts";
import { cloudLog } from "../adapters/log.ts";
import { onPending } from "../app/onPending.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
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
      timeoutSeconds: TIME_LIMIT_SECONDS.checkWindow,
    },
    async ({ params, data }) => {
      leaveDomain();
      const created = {
        serviceName: params.service,
        eventId: params.eventId,
        eventKey: eventKeyOf(data),
        receivedAtMs: receivedAtMsOf(data),
        createdAtMs: createdAtMsOf(data),
      };
      await onPending(await engine(), cloudLog, await services(), created, Date.now());
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

/** Undefined if there is no time, or it is none. */
function createdAtMsOf(marker: QueryDocumentSnapshot | undefined): number | undefined {
  try {
    return marker?.createTime.toMillis();
  } catch {
    return undefined;
  }
}

/** Undefined if it is not there, or no time. */
function receivedAtMsOf(marker: QueryDocumentSnapshot | undefined): number | undefined {
  try {
    // Not by its class: more than one copy of the client may be loaded.
    const receivedAt = marker?.get("receivedAt") as { readonly toMillis?: () => number } | null;
    return receivedAt?.toMillis?.();
  } catch {
    return undefined;
  }
}
