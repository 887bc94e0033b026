import "./globalOptions.ts"; // first: it must be read before any function is defined
export { alarm } from "./functions/alarm.ts";
export { checkWindow } from "./functions/checkWindow.ts";
export { config } from "./functions/config.ts";
export { console } from "./functions/console.ts";
export { deliveries } from "./functions/deliveries.ts";
export { event } from "./functions/event.ts";
export { events } from "./functions/events.ts";
export { pull } from "./functions/pull.ts";
export { rates } from "./functions/rates.ts";
export { receipts } from "./functions/receipts.ts";
export { reset } from "./functions/reset.ts";
export { status } from "./functions/status.ts";
export { sweep } from "./functions/sweep.ts";
export { syncs } from "./functions/syncs.ts";
export { trigger } from "./functions/trigger.ts";
