import { EventSyncError } from "../../domain/errors.ts";
import type { Sync, SyncReason } from "../../domain/sync.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import type { MessageBudget } from "../messageBudget.ts";
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

/** Bytes of the messages of one page; one message may be larger. Many streams hold a page each. */
const MAX_BYTES = { page: 4_000_000, stream: 500_000 } as const;

/** How much is read together: syncs at first and at most, events of all of them, bytes of a group of messages. */
const TOGETHER = { first: 4, most: 100, events: 1000, bytes: 500_000 } as const;

/** How often somebody who waits looks whether anything is new. */
const LOOK_MS = 1000;

/** So often somebody who follows a log hears of it though nothing has come. */
const HEARTBEAT_MS = 15_000;

/** Most time to wait for room in memory. */
const ROOM_MS = 30_000;

/**
 * The syncs behind an offset (1 read for each delivery that is looked at, and for each sync that is answered
 * what its message takes; 2 reads for each look that finds nothing). Who has looked in vain numbers what waits:
 * the claimer does that, but may have ended before.
 *
 * @throws EventSyncError `invalid-query` if no such offset has been given yet, `unavailable` if there is no
 *   room in memory for a message
 */
export function readLog(deps: Deps, id: TargetId, asked: AskedLog): Promise<LogPage> {
  return readPage(deps, id, asked, MAX_BYTES.page);
}

/**
 * The same on and on: page after page, also empty ones, which say how far it is. Nothing is read before what
 * came last has been taken.
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
    yield page;
    after = page.next;
    const leftMs = untilMs - deps.clock();
    if (leftMs <= 0) return;
    waitMs = Math.min(HEARTBEAT_MS, leftMs);
  }
}

async function readPage(
  deps: Deps,
  id: TargetId,
  asked: AskedLog,
  maxBytes: number,
): Promise<LogPage> {
  const { clock, pullLog, pause, log } = deps;
  const untilMs = clock() + asked.waitMs;
  let after = asked.after;
  /** The last offset, as we know it: what is not found up to there is not kept any more. */
  let given = 0;
  for (;;) {
    const page = await pullLog.page(id, { after, limit: asked.limit });
    const wanted = page.filter((one) => isAsked(one, asked));
    if (wanted.length > 0) {
      const syncs = await messagesOf(deps, wanted, maxBytes);
      // What did not fit comes next; what was left out behind the last one that did does not matter any more.
      const isWhole = syncs.length === wanted.length;
      const last = isWhole ? page.at(-1) : syncs.at(-1);
      return { syncs, next: last?.offset ?? after };
    }
    after = page.at(-1)?.offset ?? Math.max(after, given);
    if (page.length > 0 && clock() < untilMs) continue;
    if (page.length === 0) {
      const { numbered, last } = await pullLog.number(id, clock());
      if (numbered > 0) log.info("deliveries.numbered", { ...id, count: numbered, last });
      if (after > last) throw ahead(last);
      given = last;
      if (last > after) continue;
    }
    if (clock() >= untilMs) return { syncs: [], next: after };
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

/**
 * Some together, and more each time: of large ones next to nothing is read that does not fit, and no more than
 * a page holds is in memory.
 */
async function messagesOf(
  deps: Deps,
  numbered: readonly Numbered[],
  maxBytes: number,
): Promise<LoggedSync[]> {
  const syncs: LoggedSync[] = [];
  let bytes = 0;
  let size: number = TOGETHER.first;
  for (let start = 0; start < numbered.length;) {
    const some = numbered.slice(start, start + size);
    const found = await deps.deliveries.syncsOf(some);
    const planned = some.map((delivery, index) => plannedOf(delivery, found[index] ?? "gone"));
    for (const group of groupsOf(planned)) {
      const fitting = group.filter(({ plan }) => {
        bytes += plan?.bytes ?? 0;
        return bytes <= maxBytes;
      });
      // One goes out, however large it is.
      const answered = syncs.length + fitting.length === 0 ? group.slice(0, 1) : fitting;
      syncs.push(...(await readTogether(deps, answered)));
      if (answered.length < group.length) return syncs;
    }
    start += some.length;
    const events = planned.reduce((sum, { plan }) => sum + (plan?.events ?? 0), 0);
    const roomFor = Math.floor((TOGETHER.events * some.length) / Math.max(1, events));
    size = Math.max(1, Math.min(2 * size, TOGETHER.most, roomFor));
  }
  return syncs;
}

interface Planned {
  readonly delivery: Numbered;
  readonly sync?: Sync;
  /** Undefined if there is nothing to read. */
  readonly plan?: MessagePlan;
}

function plannedOf(delivery: Numbered, sync: FoundSync): Planned {
  return sync === "gone" || sync === "claiming"
    ? { delivery }
    : { delivery, sync, plan: planOf(sync) };
}

/** In their order; what is large is alone. */
function groupsOf(planned: readonly Planned[]): Planned[][] {
  const groups: Planned[][] = [];
  let bytes = Infinity;
  for (const one of planned) {
    bytes += one.plan?.bytes ?? 0;
    if (bytes <= TOGETHER.bytes) groups.at(-1)?.push(one);
    else {
      groups.push([one]);
      bytes = one.plan?.bytes ?? 0;
    }
  }
  return groups;
}

async function readTogether(
  { events, budget }: Deps,
  group: readonly Planned[],
): Promise<LoggedSync[]> {
  const plans = group.flatMap(({ plan }) => plan ?? []);
  const size = {
    bytes: plans.reduce((sum, plan) => sum + plan.bytes, 0),
    events: plans.reduce((sum, plan) => sum + plan.events, 0),
  };
  const [first] = group;
  if (first === undefined) return [];
  const { serviceName } = first.delivery;
  const syncs = await budget.run(size, ROOM_MS, async () => {
    const found = await events.read({ serviceName, eventIds: plans.flatMap(eventsOf) });
    return group.map(({ delivery: { offset, syncId, eventID }, sync, plan }) => {
      const message = sync && plan && messageOf(sync, plan, found);
      return { offset, syncId, eventID, message };
    });
  });
  if (syncs !== undefined) return syncs;
  throw new EventSyncError("unavailable", "Too many large messages are read at the moment.");
}
