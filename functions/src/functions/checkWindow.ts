import { onDocumentCreated } from "firebase-functions/firestore";
import {
  acknowledgeFinal,
  acknowledgeUnreadable,
  takeBodiesAsBytes,
  traceparentOf,
} from "../adapters/eventarc/deliveries.ts";
import { pendingCreated } from "../adapters/eventarc/pendingCreated.ts";
import { onPending } from "../app/onPending.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, log, observed, serves, services } from "../compose.ts";
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
    (event) => {
      const { id, data } = event;
      const traceparent = traceparentOf(event);
      return observed({ name: "checkWindow", trigger: "datastore", traceparent }, async () => {
        const created = data && pendingCreated(data);
        if (created === undefined) {
          log.error("delivery.unreadable", { deliveryId: id });
          return;
        }
        await acknowledgeFinal(id, log, async () => {
          await onPending(await engine(), log, await services(), created, Date.now());
        });
      });
    },
  ),
  log,
);
