import { createHash } from "node:crypto";
import type { App } from "firebase-admin/app";
import { getFunctions } from "firebase-admin/functions";
import type { Alarm, AlarmClock } from "../../app/ports.ts";
import type { WakeUp, WakeUpClock } from "../../app/ports/deliveries.ts";
import { toAlarmTask, toWakeUpTask, type AlarmTask, type WakeUpTask } from "./alarmTask.ts";

/** Of a task that was there before, or was until an hour ago. */
const EXISTS = "functions/task-already-exists";

/**
 * Alarms are tasks of the queue that belongs to the function `alarm`. A task's name is made from the
 * alarm, so that there is one of each; Cloud Tasks wants names that are scattered.
 *
 * @param functionName `locations/<region>/functions/<name>`
 */
export function makeAlarmClock(app: App, functionName: string): AlarmClock & WakeUpClock {
  const queue = getFunctions(app).taskQueue<AlarmTask | WakeUpTask>(functionName);
  return {
    async set(alarm: Alarm | WakeUp) {
      const task = "window" in alarm ? toAlarmTask(alarm) : toWakeUpTask(alarm);
      const id = createHash("sha256").update(JSON.stringify(task)).digest("hex");
      try {
        await queue.enqueue(task, { id, scheduleTime: new Date(alarm.atMs) });
      } catch (error) {
        if ((error as { code?: unknown }).code !== EXISTS) throw error;
      }
    },
  };
}
