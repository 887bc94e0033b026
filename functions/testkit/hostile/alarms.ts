/** A stand-in for the platform's alarms: some are lost, some come early, some twice, all in any order. */
import type { Alarm } from "../../src/app/ports.ts";
import { waitFor } from "../waitFor.ts";
import type { Random } from "./random.ts";

export interface AlarmsOptions<Rung> {
  /** Rejects if it was not acknowledged; then it is rung again. */
  readonly ring: (alarm: Rung) => Promise<void>;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly random: Random;
  /** Of alarms, how many are never heard of again. */
  readonly lost: number;
}

/** How often it looks which alarms are due, and how early some are. */
const TICK_MS = 20;
const EARLY_MS = 300;

/** Most that ring at a time, and how long one that was not acknowledged waits. */
const CONCURRENCY = 16;
const AGAIN_MS = 1000;

/** An alarm, and when it will ring. */
interface Waiting<Rung> {
  readonly alarm: Rung;
  readonly ringAtMs: number;
}

export class HostileAlarms<Rung extends { readonly atMs: number } = Alarm> {
  readonly #options: AlarmsOptions<Rung>;
  readonly #names = new Set<string>();
  #waiting: Waiting<Rung>[] = [];
  readonly #ringing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #rung = 0;

  constructor(options: AlarmsOptions<Rung>) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#ringDue();
    }, TICK_MS);
  }

  get rung(): number {
    return this.#rung;
  }

  set(alarm: Rung): Promise<void> {
    const { random, lost } = this.#options;
    const name = JSON.stringify(alarm);
    if (!this.#names.has(name)) {
      this.#names.add(name);
      const copies = random.chance(lost) ? 0 : random.int(1, 2);
      for (let copy = 0; copy < copies; copy++) {
        const early = random.chance(0.2) ? EARLY_MS : 0;
        this.#waiting.push({ alarm, ringAtMs: alarm.atMs - early });
      }
    }
    return Promise.resolve();
  }

  /** Waits until none is due, nor ringing. */
  async idle(): Promise<void> {
    await waitFor("alarms that are due", () => {
      const isBusy = this.#ringing.size > 0 || this.#due().length > 0;
      return isBusy ? undefined : true;
    });
  }

  /** Rings no more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#ringing);
  }

  #due(): Waiting<Rung>[] {
    const nowMs = this.#options.clock();
    return this.#waiting.filter(({ ringAtMs }) => ringAtMs <= nowMs);
  }

  #ringDue(): void {
    const due = this.#due().slice(0, CONCURRENCY - this.#ringing.size);
    this.#waiting = this.#waiting.filter((one) => !due.includes(one));
    for (const { alarm } of due) {
      this.#rung++;
      const ringing = this.#options.ring(alarm).catch(() => {
        this.#waiting.push({ alarm, ringAtMs: this.#options.clock() + AGAIN_MS });
      });
      this.#ringing.add(ringing);
      void ringing.then(() => this.#ringing.delete(ringing));
    }
  }
}
