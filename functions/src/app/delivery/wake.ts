import type { WakeUp } from "../ports/deliveries.ts";
import { reasonOf } from "./attempts.ts";
import type { DeliveryDeps } from "./parts.ts";

/** Has somebody come at that time. Never throws: the sweep comes, too. */
export async function wake(
  { wakeUps, log }: Pick<DeliveryDeps, "wakeUps" | "log">,
  wakeUp: WakeUp,
): Promise<void> {
  if (wakeUps === undefined) return;
  try {
    await wakeUps.set(wakeUp);
  } catch (error) {
    const { service, atMs } = wakeUp;
    log.error("alarm.failed", {
      service,
      at: new Date(atMs).toISOString(),
      error: reasonOf(error),
    });
  }
}
