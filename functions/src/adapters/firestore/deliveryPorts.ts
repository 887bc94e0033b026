import type { Log } from "../../app/ports.ts";
import type { DeliveryPorts } from "../../app/ports/deliveries.ts";
import { makeDeliveries } from "./deliveries.ts";
import type { Documents } from "./documents.ts";
import { makeLanes } from "./lanes.ts";
import { makePullLog } from "./pullLog.ts";
import { makeTargetStates } from "./targetStates.ts";

/** What deliveries take: loaded only where a service has targets. */
export function makeDeliveryPorts(documents: Documents, log: Log): DeliveryPorts {
  return {
    deliveries: makeDeliveries(documents, log),
    lanes: makeLanes(documents, log),
    pullLog: makePullLog(documents, log),
    targetStates: makeTargetStates(documents),
  };
}
