import { onTaskDispatched } from "firebase-functions/tasks";
import { toAlarm, toWakeUp } from "../adapters/tasks/alarmTask.ts";
import { onAlarm, onWakeUp } from "../app/onAlarm.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { engine, log, observed, services } from "../compose.ts";

/**
 * Looks at a window whose deadline has passed, or at a delivery that is due. Its queue has the same name; only
 * services with a deadline or targets put tasks there. No `invoker`: then nobody may call it but whom a grant lets in, and deployments leave
 * grants alone.
 */
export const alarm = onTaskDispatched(
  {
    timeoutSeconds: TIME_LIMIT_SECONDS.alarm,
    // After that the sweep has come.
    retryConfig: { maxAttempts: 10, minBackoffSeconds: 1, maxBackoffSeconds: 10 },
    rateLimits: { maxDispatchesPerSecond: 500, maxConcurrentDispatches: 500 },
  },
  ({ data, headers }) =>
    observed(
      { name: "alarm", trigger: "timer", traceparent: headers?.["traceparent"] },
      async () => {
        const set = toAlarm(data);
        const wakeUp = toWakeUp(data);
        if (wakeUp !== undefined) {
          await onWakeUp(await engine(), log, await services(), wakeUp, Date.now);
        } else if (set !== undefined) {
          await onAlarm(await engine(), log, await services(), set, Date.now);
        } else log.error("alarm.unreadable", {});
      },
    ),
);
