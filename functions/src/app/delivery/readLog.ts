import { EventSyncError } from "../../domain/errors.ts";
import type { Sync, SyncReason } from "../../domain/sync.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import { memoryOf, type MessageBudget } from "../messageBudget.ts";
import { eventsOf, messageOf, planOf, type MessagePlan } from "../messagePlan.ts";
import type { Ports } from "../ports.ts";
import type { DeliveryPorts, FoundSync, TargetId } from "../ports/deliveries.ts";

type Deps = Pick<Ports, "events" | "clock" | "log"> &
  Pick<DeliveryPorts, "deliveries" | "pullLog"> & {
    /** What a process reads at a time. */
    readonly budget: MessageBudget;
    /** Between two looks at a log in which nothing is new. */
    readonly pause: (ms: number) => Promise<void>;
  };

type Numbered = Awaited<ReturnType<DeliveryPorts["pullLog"]["page"]>>[number];

/** What is asked of the log of a pull target. */
export interface AskedLog {
  /** The last offset that is known; 0 for none. */
  readonly after: number;
  readonly limit: number;
  /** How long to wait for something new. */
  readonly waitMs: number;
  /** Only syncs of this key, for this reason, made after and up to these times. Epoch milliseconds. */
  readonly key?: string | undefined;
  readonly reason?: SyncReason | undefined;
  readonly aboveMs?: number | undefined;
  readonly upToMs?: number | undefined;
  /** Whether nobody waits for the answer any more. */
  readonly isGone?: () => boolean;
}

export interface LoggedSync {
  readonly offset: number;
  readonly syncId: string;
  readonly eventID: string;
  /** Undefined if somebody has removed the sync, or it cannot be read. */
  readonly message: SyncMessage | undefined;
}

export interface LogPage {
  /** In the order of their offsets. */
  readonly syncs: readonly LoggedSync[];
  /** What to ask for next, though nothing that was asked for may have come: all before it is answered, or left out. */
  readonly next: number;
}

/** A page for which there is room in memory until it is out. */
export interface HeldPage extends LogPage {
  /** Gives the room back, once, however often it is called. */
  readonly release: () => void;
}

/** Bytes of memory of one page; one message may take more. Many streams hold a page each. */
const MAX_BYTES = { page: 4_000_000, stream: 500_000 } as const;

/** Syncs that are looked at together, at first and at most. */
const TOGETHER = { first: 4, most: 100 } as const;

/** How often somebody who waits looks whether anything is new. */
const LOOK_MS = 1000;

/** So often somebody who follows a log hears of it though nothing has come. */
const HEARTBEAT_MS = 15_000;

/** Most time to wait for room in memory. */
const ROOM_MS = 30_000;

/**
 * The syncs behind an offset (1 read for each delivery that is looked at, and for each sync that is answered
 * what its message takes; 2 reads for each look that finds nothing). Who has looked in vain numbers what waits:
 * the claimer does that, but may have ended before. Whoever reads a page releases it.
 *
 * @throws EventSyncError `invalid-query` if no such offset has been given yet, `unavailable` if there is no
 *   room in memory for the messages
 */
export function readLog(deps: Deps, id: TargetId, asked: AskedLog): Promise<HeldPage> {
  return readPage(deps, id, asked, MAX_BYTES.page);
}

/**
 * The same on and on: page after page, also empty ones, which say how far it is. Nothing is read before what
 * came last has been taken: then its room is given back, also if nobody asks for more.
 *
 * @param untilMs when to end; epoch milliseconds
 */
export async function* followLog(
  deps: Deps,
  id: TargetId,
  asked: AskedLog,
  untilMs: number,
): AsyncGenerator<LogPage, void, undefined> {
  let after = asked.after;
  // At once, so that a refusal is an answer.
  let waitMs = 0;
  for (;;) {
    const page = await readPage(deps, id, { ...asked, after, waitMs }, MAX_BYTES.stream);
    try {
      yield page;
    } finally {
      page.release();
    }
    after = page.next;
    const leftMs = untilMs - deps.clock();
    if (leftMs <= 0 || asked.isGone?.() === true) return;
    waitMs = Math.min(HEARTBEAT_MS, leftMs);
  }
}

async function readPage(
  deps: Deps,
  id: TargetId,
  asked: AskedLog,
  maxBytes: number,
): Promise<HeldPage> {
  const { clock, pullLog, pause, log } = deps;
  const untilMs = clock() + asked.waitMs;
  let after = asked.after;
  /** The last offset, as we know it: what is not found up to there is not kept any more. */
  let given = 0;
  for (;;) {
    const page = await pullLog.page(id, { after, limit: asked.limit });
    const wanted = page.filter((one) => isAsked(one, asked));
    if (wanted.length > 0) {
      const planned = await fitting(deps, wanted, maxBytes);
      const held = await messagesOf(deps, id, planned);
      // What did not fit comes next; what was left out behind the last one that did does not matter any more.
      const isWhole = planned.length === wanted.length;
      const last = isWhole ? page.at(-1) : planned.at(-1)?.delivery;
      return { ...held, next: last?.offset ?? after };
    }
    after = page.at(-1)?.offset ?? Math.max(after, given);
    if (page.length > 0 && clock() < untilMs && asked.isGone?.() !== true) continue;
    if (page.length === 0) {
      const { numbered, last } = await pullLog.number(id, clock());
      if (numbered > 0) log.info("deliveries.numbered", { ...id, count: numbered, last });
      if (after > last) throw ahead(last);
      given = last;
      if (last > after) continue;
    }
    if (clock() >= untilMs || asked.isGone?.() === true) {
      return { syncs: [], next: after, release: () => undefined };
    }
    await pause(Math.min(LOOK_MS, untilMs - clock()));
  }
}

function ahead(last: number): EventSyncError {
  return new EventSyncError(
    "invalid-query",
    `The query parameter “after” is ahead of the log, whose last offset is ${String(last)}.`,
  );
}

function isAsked(one: Numbered, { key, reason, aboveMs, upToMs }: AskedLog): boolean {
  return (
    (key === undefined || one.key === key) &&
    (reason === undefined || one.reason === reason) &&
    (aboveMs === undefined || one.createdAtMs > aboveMs) &&
    (upToMs === undefined || one.createdAtMs <= upToMs)
  );
}

/** Room for all of it is made at once, before any of it is read. */
async function messagesOf(
  { events, budget }: Deps,
  { service }: TargetId,
  planned: readonly Planned[],
): Promise<Pick<HeldPage, "syncs" | "release">> {
  const plans = planned.flatMap(({ plan }) => plan ?? []);
  const size = {
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
    events: plans.reduce((sum, plan) => sum + plan.events, 0),
  };
  const release = await budget.reserve(size, ROOM_MS);
  if (release === undefined) {
    throw new EventSyncError("unavailable", "Too many large messages are read at the moment.");
  }
  try {
    const eventIds = plans.flatMap(eventsOf);
    const found = await events.read({ serviceName: service, eventIds });
    const syncs = planned.map(({ delivery: { offset, syncId, eventID }, sync, plan }) => {
      const message = sync && plan && messageOf(sync, plan, found);
      return { offset, syncId, eventID, message };
    });
    return { syncs, release };
  } catch (error) {
    release();
    throw error;
  }
}

interface Planned {
  readonly delivery: Numbered;
  readonly sync?: Sync;
  /** Undefined if there is nothing to read. */
  readonly plan?: MessagePlan;
}

/**
 * As many as fit, at least one, however large it is. Some are looked at together, and more each time: of large
 * ones next to nothing is read that does not fit.
 */
async function fitting(
  { deliveries }: Deps,
  numbered: readonly Numbered[],
  maxBytes: number,
): Promise<Planned[]> {
  const planned: Planned[] = [];
  let bytes = 0;
  let size: number = TOGETHER.first;
  for (let start = 0; start < numbered.length;) {
    const some = numbered.slice(start, start + size);
    const found = await deliveries.syncsOf(some);
    for (const [index, delivery] of some.entries()) {
      const one = plannedOf(delivery, found[index] ?? "gone");
      bytes += one.plan === undefined ? 0 : memoryOf(one.plan);
      if (bytes > maxBytes && planned.length > 0) return planned;
      planned.push(one);
    }
    start += size;
    size = Math.min(2 * size, TOGETHER.most);
  }
  return planned;
}

function plannedOf(delivery: Numbered, sync: FoundSync): Planned {
  return sync === "gone" || sync === "claiming"
    ? { delivery }
    : { delivery, sync, plan: planOf(sync) };
}
