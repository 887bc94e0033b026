/**
 * What part of the syncs of a time has reached whom. All of it is counted when somebody asks, nothing is
 * kept: so a receipt that comes late, or twice, changes what it must and no more.
 */

/** Most windows of one answer, and the most seconds of one. */
export const RATE_LIMITS = { windows: 360, windowSeconds: 86_400 } as const;

/** Epoch milliseconds; `toMs` is the beginning of the next one. */
export interface RateWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The windows that make up the last seconds, oldest first. They begin at whole multiples of their length,
 * so that who asks again is told of the same ones; the last is the one that now is in.
 */
export function rateWindows(
  windowSeconds: number,
  lastSeconds: number,
  nowMs: number,
): RateWindow[] {
  const ms = windowSeconds * 1000;
  const number = Math.ceil(lastSeconds / windowSeconds);
  const first = Math.floor(nowMs / ms) - number + 1;
  return Array.from({ length: number }, (_, index) => {
    const fromMs = (first + index) * ms;
    return { fromMs, toMs: fromMs + ms };
  });
}

/** Of the syncs of a time, as far as they go to one target. */
export interface TargetCounts {
  readonly syncs: number;
  /** Those that are out. */
  readonly delivered: number;
}

/** What was counted of the syncs that were made in a time. */
export interface Counts {
  readonly syncs: number;
  readonly targets: Readonly<Record<string, TargetCounts>>;
  /** By subscription: those of which there is a receipt. */
  readonly receivedBy: Readonly<Record<string, number>>;
}

export interface Rate extends Counts {
  /** How many receipts there would be if all of them had come. */
  readonly expected: number;
  readonly received: number;
  /** Rounded down, so that 100 means all; null where nothing is expected. */
  readonly completionPercent: number | null;
}

export function rateOf({ syncs, targets, receivedBy }: Counts): Rate {
  const all = Object.values(receivedBy);
  const expected = syncs * all.length;
  const received = sum(all);
  const completionPercent =
    expected === 0 ? null : Math.floor((10_000 * received) / expected) / 100;
  return { syncs, expected, received, completionPercent, receivedBy, targets };
}

/** Of two times together, with the same targets and subscriptions. */
export function addCounts(a: Counts, b: Counts): Counts {
  return {
    syncs: a.syncs + b.syncs,
    targets: mapValues(a.targets, (one, name) => ({
      syncs: one.syncs + (b.targets[name]?.syncs ?? 0),
      delivered: one.delivered + (b.targets[name]?.delivered ?? 0),
    })),
    receivedBy: mapValues(a.receivedBy, (one, name) => one + (b.receivedBy[name] ?? 0)),
  };
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, change(value, name)]),
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
