import { RETENTION_MARGIN_SECONDS } from "../../domain/retention.ts";
import { nextAttemptMs } from "../../domain/retryTimes.ts";
import type { Sync } from "../../domain/sync.ts";
import { LEASE_MS } from "../claimSyncs.ts";
import type {
  Delivered,
  HeldDelivery,
  HeldLane,
  LaneId,
  Parked,
  StoredDelivery,
} from "../ports/deliveries.ts";
import { reasonOf, type SentTarget } from "./attempts.ts";
import {
  deliver,
  factsOf,
  keepForRedrive,
  keepMembers,
  logOutcome,
  NO_ROOM_MS,
} from "./deliver.ts";
import { LookAhead, MOST_AHEAD, type Prepared } from "./lookAhead.ts";
import type { DeliveryDeps } from "./parts.ts";
import { wake } from "./wake.ts";

/** Deliveries of a lane that are read at a time. */
const PAGE = 50;

/** What a worker is given. */
export interface LaneWork {
  readonly target: SentTarget;
  readonly lane: LaneId;
  /** When to begin nothing more. */
  readonly untilMs: number;
  /** Syncs that need not be read. */
  readonly known?: ReadonlyMap<string, Sync>;
}

/**
 * Works in a lane until nothing is left in it, its first delivery has to wait, or time is up: sends one after
 * the other, in their order, each only when the one before has arrived or is undeliverable.
 *
 * Who finds a lane held gives up, since its holder looks once more after letting go of it: what was committed
 * before that is found by that look, and whoever commits something later finds the lane free.
 */
export async function workLane(deps: DeliveryDeps, work: LaneWork): Promise<void> {
  const { lanes, clock, newId } = deps;
  while (clock() < work.untilMs) {
    const nowMs = clock();
    const leaseUntilMs = nowMs + LEASE_MS;
    const held = await lanes.take(work.lane, { token: newId(), nowMs, leaseUntilMs });
    if (held === undefined || !(await new LaneHolder(deps, work, held).run())) return;
    const [first] = await lanes.page(work.lane, { limit: 1 });
    // One that is still being claimed is delivered by whoever completes it.
    if (first === undefined || first.delivery.state === "claiming") return;
  }
}

/** One hold of a lane. */
class LaneHolder {
  readonly #deps: DeliveryDeps;
  readonly #work: LaneWork;
  readonly #ahead: LookAhead;
  #held: HeldLane;
  /** Read, and not sent yet, in their order. */
  #waiting: StoredDelivery[] = [];
  /** The page behind those, while it is read. */
  #more: Promise<void> | undefined;
  /** Where the last page ended; undefined where that was the end of the lane. */
  #end: StoredDelivery | undefined;
  /** Arrived, and not marked yet, in their order. */
  #delivered: Delivered[] = [];
  #marking: Promise<void> = Promise.resolve();
  #isMarking = false;
  /** Something in it was so old that it had to be kept, and so is what is behind it. */
  #isLate = false;

  constructor(deps: DeliveryDeps, work: LaneWork, held: HeldLane) {
    this.#deps = deps;
    this.#work = work;
    this.#held = held;
    this.#ahead = new LookAhead(deps.reads, work.known);
  }

  /** @returns whether the lane was let go of because nothing was left to be sent */
  async run(): Promise<boolean> {
    this.#readOn(undefined);
    for (let isFirst = true; ; isFirst = false) {
      const stored = await this.#next();
      const next = stored === undefined ? "open" : await this.#send(stored, isFirst);
      if (next === "end") return false;
      if (next === "on") continue;
      await this.#letGo();
      return true;
    }
  }

  /** @returns undefined once nothing is left */
  async #next(): Promise<StoredDelivery | undefined> {
    if (this.#waiting.length === 0) await this.#more;
    const next = this.#waiting.shift();
    // While others are sent. What is committed in front of them by now is found by the next look.
    if (this.#waiting.length < MOST_AHEAD && this.#more === undefined && this.#end !== undefined) {
      this.#readOn(this.#end);
    }
    return next;
  }

  #readOn(after: StoredDelivery | undefined): void {
    const read = async (): Promise<void> => {
      const query = { limit: PAGE, after: after?.delivery };
      const page = await this.#deps.lanes.page(this.#held, query);
      this.#waiting.push(...page);
      this.#end = page.length < PAGE ? undefined : page.at(-1);
      this.#more = undefined;
    };
    this.#more = read();
    // Whoever needs it is told.
    this.#more.catch(() => undefined);
  }

  /** @returns `end` if the lane is not ours any more, `open` if this and what is behind it is to come */
  async #send(stored: StoredDelivery, isFirst: boolean): Promise<"on" | "open" | "end"> {
    const { deliveries, clock } = this.#deps;
    const { untilMs, target } = this.#work;
    if (clock() >= untilMs) {
      await this.#park({ nextAttemptAtMs: clock(), covered: [] });
      // Nothing fails, but a server that is slow may be a day behind.
      if (this.#isLate) await keepWaiting(this.#deps, this.#held);
      return "end";
    }
    const { sync, events } = await this.#prepared(stored);
    if (sync === "claiming") return "open";
    if (sync === "gone") {
      await deliveries.giveUp(stored, clock());
      return "on";
    }
    const ours = isFirst && this.#held.isRetried ? await this.#count(stored) : stored;
    const kept = ours && (await keepMembers(this.#deps, ours));
    // The lane is somebody else's, or somebody has changed the delivery: both come up by themselves.
    if (kept === undefined) return "end";
    this.#isLate ||= kept !== ours;
    const held: HeldDelivery = { ...kept, sync, untilMs: this.#held.untilMs };
    const outcome = await deliver(this.#deps, target, held, untilMs, events);
    logOutcome(this.#deps, held, outcome);
    switch (outcome.next) {
      case "delivered":
        this.#delivered.push({ delivery: held.delivery, record: outcome.record });
        // While the next one is sent.
        if (this.#waiting.length > 0) this.#markSoon();
        // What is not marked comes again if this process ends.
        if (this.#delivered.length >= PAGE) await this.#marking;
        return "on";
      case "undeliverable": {
        const { record } = outcome;
        const failed = { record, attempt: record.attempt, againAtMs: undefined };
        await deliveries.markFailed(await keepForRedrive(this.#deps, held), failed, clock());
        return "on";
      }
      case "again": {
        const { record, attempt, atMs } = outcome;
        const failed = { stored: held, failed: { record, attempt, againAtMs: atMs } };
        const covered = this.#waiting.filter(
          ({ delivery }) => delivery.nextAttemptAtMs !== undefined,
        );
        await this.#park({ nextAttemptAtMs: atMs, failed, covered });
        await keepWaiting(this.#deps, this.#held);
        return "end";
      }
      case "postponed":
        await this.#park({ nextAttemptAtMs: clock() + NO_ROOM_MS, covered: [] });
        return "end";
    }
  }

  async #prepared(stored: StoredDelivery): Promise<Prepared> {
    const prepared = await this.#ahead.turn(stored, this.#waiting);
    // Who completes it delivers it.
    const isClaiming = stored.delivery.state === "claiming" && prepared.sync !== "gone";
    return isClaiming ? { sync: "claiming" } : prepared;
  }

  async #count(stored: StoredDelivery): Promise<StoredDelivery | undefined> {
    const { lanes, clock } = this.#deps;
    const attempt = stored.delivery.attempt + 1;
    // One that ends its process backs off like one that fails.
    const nextAttemptAtMs = nextAttemptMs(attempt, clock(), this.#held.untilMs);
    const counted = await lanes.count(this.#held, stored, { attempt, nextAttemptAtMs });
    if (counted === undefined) return undefined;
    this.#held = counted.held;
    return counted.first;
  }

  #markSoon(): void {
    if (this.#isMarking) return;
    this.#isMarking = true;
    this.#marking = this.#markNow().finally(() => {
      this.#isMarking = false;
    });
  }

  /** One that fails is in the log; then what has arrived comes again. */
  async #markNow(): Promise<void> {
    const { marks, log } = this.#deps;
    const delivered = this.#delivered;
    this.#delivered = [];
    const mark = async (one: Delivered): Promise<void> => {
      try {
        await marks.run("delivered", undefined, one);
      } catch (cause) {
        log.error("delivery.markFailed", { ...factsOf(one), error: reasonOf(cause) });
      }
    };
    await Promise.all(delivered.map(mark));
  }

  async #letGo(): Promise<void> {
    await this.#marking;
    await this.#deps.lanes.release(this.#held, this.#delivered, this.#deps.clock());
  }

  async #park(parked: Parked): Promise<void> {
    await this.#marking;
    const { lanes, clock } = this.#deps;
    await lanes.park(this.#held, parked, this.#delivered, clock());
    const { service, target, lane, key } = this.#held;
    const { nextAttemptAtMs: atMs } = parked;
    await wake(this.#deps, { service, target, of: { lane, key }, atMs });
  }
}

/** Sees to it that what waits in a lane outlasts that; what is young need not. */
export async function keepWaiting(deps: DeliveryDeps, lane: LaneId): Promise<void> {
  const { lanes, clock } = deps;
  const youngMs = clock() - (RETENTION_MARGIN_SECONDS / 4) * 1000;
  let page: StoredDelivery[] = [];
  do {
    page = await lanes.page(lane, { limit: PAGE, after: page.at(-1)?.delivery });
    const old = page.filter(({ delivery }) => delivery.createdAtMs < youngMs);
    if (old.length === 0) return;
    for (const stored of old) await keepMembers(deps, stored);
  } while (page.length === PAGE);
}
