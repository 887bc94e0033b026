/**
 * Ports that do what a test tells them: each is small, remembers its calls, and holds no logic worth
 * a test of its own. What the real ones do is shown by the contract tests.
 */
import type {
  EventLog,
  Lease,
  OpenWindows,
  Outbox,
  ServiceState,
  Window,
} from "../../src/app/ports.ts";
import { byAge, type Event, type PendingEvent } from "../../src/domain/event.ts";
import { toMessageEvent } from "../../src/domain/syncMessage.ts";
import { NOW } from "./factories.ts";

/** A clock that stands still unless told. */
export interface FakeClock {
  (): number;
  advance(ms: number): void;
}

export function fakeClock(startMs = NOW): FakeClock {
  let nowMs = startMs;
  const clock = (): number => nowMs;
  return Object.assign(clock, {
    advance: (ms: number) => {
      nowMs += ms;
    },
  });
}

/** A port method that a test does not expect to be called. */
export function unexpected(): never {
  throw new Error("this port was not to be called");
}

/** A window that knows only how many events each endpoint has. */
export interface CountingWindow extends Window {
  /** `count a ≤2 since …` and the like, in order. */
  readonly calls: string[];
  counts: Record<string, number>;
  isNew: boolean;
}

export function countingWindow(counts: Record<string, number>): CountingWindow {
  const calls: string[] = [];
  return {
    calls,
    counts,
    isNew: true,
    count(_window, { eventKeys, aboveMs, limit }) {
      calls.push(`count ${eventKeys.join(" ")} ≤${String(limit)}${since(aboveMs)}`);
      const all = eventKeys.reduce((sum, eventKey) => sum + (this.counts[eventKey] ?? 0), 0);
      return Promise.resolve(Math.min(limit, all));
    },
    hasNew(_window, { aboveMs }) {
      calls.push(`hasNew${since(aboveMs)}`);
      return Promise.resolve(this.isNew);
    },
    oldest: unexpected,
    collect: unexpected,
    small: unexpected,
    scan: unexpected,
    next: unexpected,
    newest: unexpected,
    removeExpired: unexpected,
  };
}

/** Windows over all keys that nobody asks for. */
export const noOpenWindows: OpenWindows = {
  scan: unexpected,
  removeExpired: unexpected,
  progress: unexpected,
  saveProgress: unexpected,
};

/** A window that holds these events, whatever it is asked for, and says what that was. */
export function windowWith(events: readonly PendingEvent[]): CountingWindow {
  const counts: Record<string, number> = {};
  for (const { eventKey } of events) counts[eventKey] = (counts[eventKey] ?? 0) + 1;
  const counting = countingWindow(counts);
  return Object.assign(counting, {
    collect: (...[, { aboveMs }]: Parameters<Window["collect"]>) => {
      counting.calls.push(`collect${since(aboveMs)}`);
      return Promise.resolve([...events]);
    },
    scan: (...[, { after }]: Parameters<Window["scan"]>) => {
      counting.calls.push(`scan${since(after?.receivedAtMs)}`);
      const waiting = events.filter(
        (event) => !event.exported && (after === undefined || byAge(after, event) < 0),
      );
      return pagesOf(waiting.toSorted(byAge));
    },
  });
}

/** In pages of two, so that nothing rests on their being one. */
async function* pagesOf(events: readonly PendingEvent[]): AsyncIterable<readonly PendingEvent[]> {
  for (let start = 0; start < events.length; start += 2) {
    yield await Promise.resolve(events.slice(start, start + 2));
  }
}

/** A time in seconds before `NOW`. */
function since(ms: number | undefined): string {
  return ms === undefined ? "" : ` since -${String((NOW - ms) / 1000)}s`;
}

export interface FakeServiceState extends ServiceState {
  /** By service. */
  readonly made: Map<string, number[]>;
  reads: number;
}

export function fakeServiceState(): FakeServiceState {
  const made = new Map<string, number[]>();
  return {
    made,
    reads: 0,
    read({ service }) {
      this.reads++;
      return Promise.resolve({
        resetsMs: made.get(service) ?? [],
        claims: [],
        claimedKeys: [],
        version: undefined,
      });
    },
    reset({ service }, { atMs }) {
      made.set(service, [...(made.get(service) ?? []), atMs]);
      return Promise.resolve();
    },
  };
}

/** An event log in memory. */
export interface FakeEventLog extends EventLog {
  readonly events: Map<string, Event>;
}

export function fakeEventLog(...stored: readonly Event[]): FakeEventLog {
  const events = new Map(stored.map((event) => [event.id, event]));
  return {
    events,
    append(_rule, event) {
      if (events.has(event.id)) return Promise.resolve("exists");
      events.set(event.id, event);
      return Promise.resolve("stored");
    },
    summary({ eventId }) {
      const event = events.get(eventId);
      if (event === undefined) return Promise.resolve(undefined);
      const ignored = event.ignored?.reason;
      const { receivedAtMs } = event;
      return Promise.resolve({ receivedAtMs, ...(ignored !== undefined && { ignored }) });
    },
    read: ({ eventIds }) =>
      Promise.resolve(
        new Map(
          eventIds.flatMap((id) => {
            const event = events.get(id);
            return event === undefined ? [] : [[id, toMessageEvent(event)] as const];
          }),
        ),
      ),
  };
}

/** An outbox that remembers what was marked. */
export interface FakeOutbox extends Outbox {
  /** `published sync1 as m1`, `failed sync1: reason, again in 30s`, `kept sync1 for 60s`, in order. */
  readonly marks: string[];
  /** What `due` lists and `take` gives. */
  readonly leases: Map<string, Lease>;
}

export function fakeOutbox(clock: () => number, ...leases: readonly Lease[]): FakeOutbox {
  const marks: string[] = [];
  const byId = new Map(leases.map((lease) => [lease.sync.id, lease]));
  return {
    marks,
    leases: byId,
    claimTaken: unexpected,
    claimKept: unexpected,
    goOn: unexpected,
    due: () =>
      Promise.resolve(
        Array.from(byId.values(), ({ sync }) => ({
          serviceName: sync.serviceName,
          syncId: sync.id,
          dueAtMs: clock(),
          hasFailed: false,
          isNewer: false,
        })),
      ),
    oldest: () => Promise.resolve(undefined),
    take({ syncId }) {
      const lease = byId.get(syncId);
      return Promise.resolve(lease && { next: "publish", lease });
    },
    keep(lease, untilMs) {
      marks.push(`kept ${lease.sync.id} for ${String((untilMs - clock()) / 1000)}s`);
      return Promise.resolve({ ...lease, keptUntilMs: untilMs });
    },
    markPublished(published) {
      for (const { lease, messageId } of published) {
        marks.push(`published ${lease.sync.id} as ${messageId}`);
      }
      return Promise.resolve();
    },
    markDiscarded(discarded) {
      for (const { sync } of discarded) marks.push(`discarded ${sync.id}`);
      return Promise.resolve();
    },
    markFailed({ sync }, error, retryAtMs) {
      marks.push(`failed ${sync.id}: ${error}, again in ${String((retryAtMs - clock()) / 1000)}s`);
      return Promise.resolve();
    },
  };
}
