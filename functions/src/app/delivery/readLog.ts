import { EventSyncError } from "../../domain/errors.ts";
import type { SyncReason } from "../../domain/sync.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";
import type { MessageBudget } from "../messageBudget.ts";
import { eventsOf, messageOf, planOf } from "../messagePlan.ts";
import type { Ports } from "../ports.ts";
import type { DeliveryPorts, TargetId } from "../ports/deliveries.ts";

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

/** Bytes of the messages of one page; one message may be larger. Many streams hold a page each. */
const MAX_BYTES = { page: 4_000_000, stream: 500_000 } as const;

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
    if (leftMs <= 0 || asked.isGone?.() === true) return;
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
    if (page.length > 0 && clock() < untilMs && asked.isGone?.() !== true) continue;
    if (page.length === 0) {
      const { numbered, last } = await pullLog.number(id, clock());
      if (numbered > 0) log.info("deliveries.numbered", { ...id, count: numbered, last });
      if (after > last) throw ahead(last);
      given = last;
      if (last > after) continue;
    }
    if (clock() >= untilMs || asked.isGone?.() === true) return { syncs: [], next: after };
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

/** One after the other: of large ones no more than a page holds are in memory. */
async function messagesOf(
  { deliveries, events, budget }: Deps,
  numbered: readonly Numbered[],
  maxBytes: number,
): Promise<LoggedSync[]> {
  const syncs: LoggedSync[] = [];
  let bytes = 0;
  for (const delivery of numbered) {
    const { offset, syncId, eventID, serviceName } = delivery;
    const sync = await deliveries.syncOf(delivery);
    if (sync === "gone" || sync === "claiming") {
      syncs.push({ offset, syncId, eventID, message: undefined });
      continue;
    }
    const plan = planOf(sync);
    bytes += plan.bytes;
    if (bytes > maxBytes && syncs.length > 0) break;
    const message = await budget.run(plan, ROOM_MS, async () => {
      const found = await events.read({ serviceName, eventIds: eventsOf(plan) });
      return messageOf(sync, plan, found);
    });
    if (message === undefined) {
      throw new EventSyncError("unavailable", "Too many large messages are read at the moment.");
    }
    syncs.push({ offset, syncId, eventID, message });
  }
  return syncs;
}
