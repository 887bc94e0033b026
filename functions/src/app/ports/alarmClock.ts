import type { WindowId } from "../../domain/window.ts";

/** A window is to be looked at, not before a time. */
export interface Alarm {
  readonly window: WindowId;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export interface AlarmClock {
  /** Sets an alarm: once, however often it is asked for. */
  set(alarm: Alarm): Promise<void>;
}
