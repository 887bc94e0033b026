/** A stand-in for the platform's alarms: some are lost, some come early, some twice, all in any order. */
import type { Alarm, AlarmClock } from "../../src/app/ports.ts";
import type { Random } from "./random.ts";

export interface AlarmsOptions {
  /** Rejects if it was not acknowledged; then it is rung again. */
  readonly ring: (alarm: Alarm) => Promise<void>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: Random;
  /** Of alarms, how many are never heard of again. */
  readonly lost: number;
}

/** How often it looks which alarms are due, and how early some are. */
const TICK_MS = 20;
const EARLY_MS = 300;

export class HostileAlarms implements AlarmClock {
  readonly #options: AlarmsOptions;
  readonly #names = new Set<string>();
  #waiting: Alarm[] = [];
  readonly #ringing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #rung = 0;

  constructor(options: AlarmsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#ringDue();
    }, TICK_MS);
  }

  get rung(): number {
    return this.#rung;
  }

  set(alarm: Alarm): Promise<void> {
    const { random, lost } = this.#options;
    const name = JSON.stringify(alarm);
    if (!this.#names.has(name)) {
      this.#names.add(name);
      const copies = random.chance(lost) ? 0 : random.int(1, 2);
      for (let copy = 0; copy < copies; copy++) {
        const early = random.chance(0.2) ? EARLY_MS : 0;
        this.#waiting.push({ ...alarm, atMs: alarm.atMs - early });
      }
    }
    return Promise.resolve();
  }

  /** Rings no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#ringing);
  }

  #ringDue(): void {
    const nowMs = this.#options.clock();
    const due = this.#waiting.filter(({ atMs }) => atMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > nowMs);
    for (const alarm of due) {
      this.#rung++;
      const ringing = this.#options.ring(alarm).catch(() => {
        this.#waiting.push(alarm);
      });
      this.#ringing.add(ringing);
      void ringing.then(() => this.#ringing.delete(ringing));
    }
  }
}
