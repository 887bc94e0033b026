import type { Verdict } from "../../domain/attempt.ts";
import type { AttemptRecord } from "../../domain/attemptRecord.ts";
import type { Delivery } from "../../domain/delivery.ts";
import type { Sync } from "../../domain/sync.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import type { HttpTarget } from "../../domain/target.ts";
import type { Ports } from "../ports.ts";
import type { Coalescer } from "../coalescer.ts";
import type {
  Delivered,
  DeliveryPorts,
  HeldDelivery,
  Taking,
  WakeUpClock,
} from "../ports/deliveries.ts";
import type { Gates } from "./gates.ts";
import type { DeliveryReport } from "./report.ts";
import type { KnownStates } from "./knownStates.ts";
import type { SharedReads } from "./sharedReads.ts";

/** What one attempt delivers. */
export interface Parcel {
  readonly delivery: Delivery;
  readonly sync: Sync;
  readonly message: SyncMessage;
}

/** What one attempt came to. */
export interface Attempted {
  readonly verdict: Verdict;
  readonly record: AttemptRecord;
}

/**
 * Calls an HTTP target, and publishes its answer where that is asked for; whatever the other side does is a
 * verdict.
 *
 * @param called.eventId of its event, where there is one only
 * @param attempt its number, from 1
 */
export type CallTarget = (
  target: HttpTarget,
  called: {
    readonly message: SyncMessage;
    readonly syncId: string;
    readonly eventId?: string;
  },
  attempt: number,
) => Promise<Attempted>;

/** What delivering takes from the outside. */
export interface DelivererPorts
  extends DeliveryPorts, Pick<Ports, "events" | "publisher" | "clock" | "newId" | "log"> {
  readonly callTarget: CallTarget;
  /** Without it, what has to wait is left to the sweep. */
  readonly wakeUps?: WakeUpClock;
}

/** What the workers share. */
export interface DeliveryDeps extends DelivererPorts {
  readonly gates: Gates;
  readonly states: KnownStates;
  readonly reads: SharedReads;
  /** Takes what is due, in no lane. */
  readonly takes: Coalescer<undefined, Taking, ReadonlyMap<Taking, HeldDelivery | undefined>>;
  /** Marks what has arrived. */
  readonly marks: Coalescer<undefined, Delivered, undefined>;
  readonly report: DeliveryReport;
}
