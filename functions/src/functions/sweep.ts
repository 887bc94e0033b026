import { onSchedule } from "firebase-functions/scheduler";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, observed, services } from "../compose.ts";

/** Every minute: finishes what a crash or an outage left behind. */
export const sweep = onSchedule(
  {
    schedule: "every 1 minutes",
    timeoutSeconds: TIME_LIMIT_SECONDS.sweep,
    maxInstances: 1,
    retryCount: 0,
  },
  () =>
    observed({ name: "sweep", trigger: "timer", traceparent: undefined }, async () => {
      const { errors } = await (await engine()).sweep(await services());
      // Each error is in the log; failing makes the run itself show as failed.
      if (errors > 0) throw new Error(`${String(errors)} step(s) of the sweep failed`);
    }),
);
