import type { ROUTES } from "../config/route.ts";
import { config } from "./config.ts";
import { console } from "./console.ts";
import { deliveries } from "./deliveries.ts";
import type { FunctionDescription } from "./describe.ts";
import { event } from "./event.ts";
import { events } from "./events.ts";
import { pull } from "./pull.ts";
import { rates } from "./rates.ts";
import { receipts } from "./receipts.ts";
import { reset } from "./reset.ts";
import { status } from "./status.ts";
import { syncs } from "./syncs.ts";
import { trigger } from "./trigger.ts";

/** Every HTTP function. One that is routed and not described does not compile. */
export const FUNCTIONS = {
  event,
  trigger,
  reset,
  pull,
  receipts,
  rates,
  deliveries,
  status,
  syncs,
  events,
  config,
  console,
} as const satisfies Readonly<Record<keyof typeof ROUTES, FunctionDescription>>;
