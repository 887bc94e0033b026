import { BoundedMap } from "../boundedMap.ts";
import type { Clock } from "../ports.ts";
import type { TargetId, TargetStates } from "../ports/deliveries.ts";

/** How long an instance relies on what it has read: so much later a pause holds everywhere. */
export const RELIED_ON_MS = 10_000;

/** Targets that it remembers. */
const REMEMBERED = 2_000;

/** Which targets are paused, read no more often than every ten seconds. */
export class KnownStates {
  readonly #states: TargetStates;
  readonly #clock: Clock;
  readonly #known = new BoundedMap<string, Known>(REMEMBERED);

  constructor(states: TargetStates, clock: Clock) {
    this.#states = states;
    this.#clock = clock;
  }

  /** 1 read, or none. */
  async isPaused(target: TargetId): Promise<boolean> {
    const nowMs = this.#clock();
    const name = nameOf(target);
    const known = this.#known.get(name);
    if (known !== undefined && nowMs - known.atMs < RELIED_ON_MS) return known.isPaused;
    const isPaused = this.#states.read(target).then(({ pausedAtMs }) => pausedAtMs !== undefined);
    this.#known.set(name, { atMs: nowMs, isPaused });
    isPaused.catch(() => {
      // Asked again by the next one.
      this.#known.set(name, { atMs: -Infinity, isPaused });
    });
    return isPaused;
  }

  /** Whether this instance has paused it, since it last read anything else: for what is already begun. No read. */
  hasPaused(target: TargetId): boolean {
    return this.#known.get(nameOf(target))?.isOurs === true;
  }

  /** @throws what the store throws; then it is not paused, nor known to be */
  async pause(target: TargetId, reason: string): Promise<void> {
    const atMs = this.#clock();
    const name = nameOf(target);
    // First, so that nothing goes out from here while it is stored.
    this.#known.set(name, { atMs, isPaused: Promise.resolve(true), isOurs: true });
    try {
      await this.#states.pause(target, { atMs, reason });
    } catch (error) {
      this.#known.set(name, { atMs: -Infinity, isPaused: Promise.resolve(false) });
      throw error;
    }
  }
}

interface Known {
  readonly atMs: number;
  readonly isPaused: Promise<boolean>;
  /** It was paused here, and not read. */
  readonly isOurs?: true;
}

const nameOf = ({ service, target }: TargetId): string => `${service}/${target}`;
