import type { Alarm } from "../../app/ports.ts";

/** An alarm as a task holds it. */
export interface AlarmTask {
  readonly service: string;
  readonly key: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

export function toAlarmTask({ window, atMs }: Alarm): AlarmTask {
  return { ...window, at: new Date(atMs).toISOString() };
}

/** @returns undefined if it is none */
export function toAlarm(data: unknown): Alarm | undefined {
  const { service, key, at } = (data ?? {}) as Record<string, unknown>;
  if (typeof service !== "string" || typeof key !== "string" || typeof at !== "string") {
    return undefined;
  }
  const atMs = Date.parse(at);
  return Number.isNaN(atMs) ? undefined : { window: { service, key }, atMs };
}
