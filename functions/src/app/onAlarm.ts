import type { Rule } from "../domain/rule.ts";
import { windowFacts } from "../domain/window.ts";
import type { Engine } from "./engine.ts";
import type { Alarm, Clock, Log } from "./ports.ts";
import type { WakeUp } from "./ports/deliveries.ts";

/** How far an alarm may be early, by our clock, and wait for its time. */
const EARLY_MS = 5_000;

/**
 * Looks at a window because its deadline should have passed. It may be early, late, double or forged: the
 * look decides by what is stored.
 *
 * @throws what the look throws, so that the platform tries again
 */
export async function onAlarm(
  engine: Pick<Engine, "checkWindow">,
  log: Log,
  rules: readonly Rule[],
  { window, atMs }: Alarm,
  clock: Clock,
): Promise<void> {
  const rule = rules.find(({ serviceName }) => serviceName === window.service);
  if (rule?.deadline === undefined) {
    log.warn("alarm.ignored", {
      ...windowFacts(window),
      problem: "the service has no such deadline",
    });
    return;
  }
  await untilItsTime(atMs, clock);
  await engine.checkWindow(rule, window);
}

/**
 * Sees to a delivery because it should be due. The same holds for it.
 *
 * @throws what that throws, so that the platform tries again
 */
export async function onWakeUp(
  engine: Pick<Engine, "wake">,
  log: Log,
  rules: readonly Rule[],
  wakeUp: WakeUp,
  clock: Clock,
): Promise<void> {
  await untilItsTime(wakeUp.atMs, clock);
  const problem = await engine.wake(rules, wakeUp);
  if (problem !== undefined) log.warn("alarm.ignored", { service: wakeUp.service, problem });
}

async function untilItsTime(atMs: number, clock: Clock): Promise<void> {
  const earlyMs = atMs - clock();
  if (earlyMs > 0 && earlyMs <= EARLY_MS) {
    await new Promise((resolve) => setTimeout(resolve, earlyMs));
  }
}
