import type { Deliverer } from "./delivery/deliverer.ts";
import type { AlarmClock } from "./ports/alarmClock.ts";
import type { Clock, Log, NewId, TimesOfDay } from "./ports/environment.ts";
import type { EventLog } from "./ports/eventLog.ts";
import type { OpenWindows } from "./ports/openWindows.ts";
import type { Outbox } from "./ports/outbox.ts";
import type { Publisher } from "./ports/publisher.ts";
import type { ServiceState } from "./ports/serviceState.ts";
import type { Window } from "./ports/window.ts";

/**
 * What the use cases need from the outside, one small port per role. Every method that touches
 * Firestore says what it costs: reads and writes are the user's bill.
 *
 * Each has a file of its own in `ports/`; those of targets and receipts are imported from there.
 */
export type * from "./ports/alarmClock.ts";
export type * from "./ports/environment.ts";
export type * from "./ports/eventLog.ts";
export type * from "./ports/openWindows.ts";
export type * from "./ports/outbox.ts";
export type * from "./ports/publisher.ts";
export type * from "./ports/serviceState.ts";
export type * from "./ports/window.ts";

/** Everything that the use cases need; each takes what it uses of it. */
export interface Ports {
  readonly events: EventLog;
  readonly window: Window;
  readonly openWindows: OpenWindows;
  readonly services: ServiceState;
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  /** Asked only for rules that name a time of day. */
  readonly timesOfDay?: TimesOfDay;
  /** Asked only for rules with a deadline; without it they are left to the sweep. */
  readonly alarmClock?: AlarmClock;
  /** Asked only for rules with targets; without it nothing is delivered to them. */
  readonly deliverer?: () => Promise<Deliverer>;
  /** Events in one commit of a claim instead of `CLAIM_CHUNK`, where a test wants several from few. */
  readonly claimChunk?: number;
  /** Events of a window that a replay keeps instead of `SEEK_AFTER`, likewise. */
  readonly seekAfter?: number;
  /** How long a check goes on with a large claim instead of `CLAIM_MS`, likewise. */
  readonly claimMs?: number;
}
