import type { Alarm } from "../../app/ports.ts";
import type { WakeUp } from "../../app/ports/deliveries.ts";

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

/** That a delivery, or a lane, is due, as a task holds it. */
export interface WakeUpTask {
  readonly service: string;
  readonly target: string;
  readonly syncId?: string;
  readonly lane?: string;
  readonly key?: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

export function toWakeUpTask({ service, target, of, atMs }: WakeUp): WakeUpTask {
  return { service, target, ...of, at: new Date(atMs).toISOString() };
}

/** @returns undefined if it is none */
export function toWakeUp(data: unknown): WakeUp | undefined {
  const { service, target, syncId, lane, key, at } = (data ?? {}) as Record<string, unknown>;
  if (typeof service !== "string" || typeof target !== "string" || typeof at !== "string") {
    return undefined;
  }
  const atMs = Date.parse(at);
  if (Number.isNaN(atMs)) return undefined;
  if (typeof syncId === "string") return { service, target, of: { syncId }, atMs };
  if (typeof lane !== "string" || typeof key !== "string") return undefined;
  return { service, target, of: { lane, key }, atMs };
}
