import type { TargetId } from "../ports/deliveries.ts";
import type { DeliveryDeps } from "./parts.ts";

/** Gives the syncs of a pull target their offsets. */
export async function numberAll(
  { pullLog, clock, log, report }: DeliveryDeps,
  id: TargetId,
): Promise<void> {
  const { numbered, last } = await pullLog.number(id, clock());
  report.numbered += numbered;
  if (numbered > 0) log.info("deliveries.numbered", { ...id, count: numbered, last });
}
