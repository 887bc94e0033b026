/** Several instances in this process, replaced when they die, as the platform does. */
import pMap from "p-map";

import type { NewEvent } from "../../src/app/engine.ts";
import type { AlarmClock, Ports } from "../../src/app/ports.ts";
import type { WakeUpClock } from "../../src/app/ports/deliveries.ts";
import type { AcceptedRequest } from "../../src/app/storeEvent.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Created } from "./eventarc.ts";
import type { FaultPlan } from "./faults.ts";
import { Instance } from "./instance.ts";
import type { Random } from "./random.ts";
import type { TargetServer } from "./targetServer.ts";
import type { World } from "./world.ts";

export interface FleetOptions {
  readonly world: World;
  readonly rule: Rule;
  readonly random: Random;
  readonly size: number;
  /** How far the clocks of two instances may be apart. */
  readonly skewMs?: number;
  /** Most events of one commit of a claim; small, so that small windows take several. */
  readonly chunkSize?: number;
  readonly planOf?: () => FaultPlan;
  readonly onStored?: (created: Created) => void;
  readonly alarmClock?: AlarmClock;
  readonly server?: TargetServer;
  readonly wakeUps?: WakeUpClock;
}

export class Fleet {
  /** Ids that a source was told are stored. */
  readonly accepted = new Set<string>();
  readonly #options: FleetOptions;
  readonly #instances: Instance[];

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#instances = Array.from({ length: options.size }, () => this.#start());
  }

  /** A live instance; in place of one that has died a new one has started. */
  any(): Instance {
    const { random, size } = this.#options;
    const index = random.int(0, size - 1);
    const instance = this.#instances[index];
    if (instance?.isAlive === true) return instance;
    const next = this.#start();
    this.#instances[index] = next;
    return next;
  }

  /** A source that sends until it is told that its event is stored. */
  async send(request: AcceptedRequest): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        await this.sendOnce(request);
        return;
      } catch {
        // as a source does: again, wherever that leads
      }
    }
    throw new Error(`an event was refused ${String(MAX_ATTEMPTS)} times`);
  }

  async sendOnce(request: AcceptedRequest): Promise<void> {
    const { rule } = this.#options;
    const stored = await this.any().run((engine) => engine.storeEvent(rule, request));
    this.accepted.add(stored.eventId);
  }

  #start(): Instance {
    const {
      world,
      rule,
      random,
      skewMs = 0,
      chunkSize,
      planOf,
      onStored,
      alarmClock,
      server,
      wakeUps,
    } = this.#options;
    const half = Math.floor(skewMs / 2);
    return new Instance({
      db: world.db,
      publisher: world.publisher,
      rules: [rule],
      clock: world.clock(random.int(-half, half)),
      ...(planOf && { plan: planOf() }),
      ...(onStored && { onStored }),
      ...(alarmClock && { alarmClock }),
      ...(server && { server }),
      ...(wakeUps && { wakeUps }),
      ...(chunkSize !== undefined && { adapt: (ports) => inChunksOf(chunkSize, ports) }),
    });
  }
}

const MAX_ATTEMPTS = 50;

/** Makes claims take several commits, or several syncs where events are kept, though windows are small. */
export function inChunksOf(claimChunk: number, ports: Ports): Ports {
  return { ...ports, claimChunk };
}

export function request(
  eventKey: string,
  content: string,
  idempotencyKey?: string,
): AcceptedRequest {
  return { eventKey, httpMethod: "POST", headers: [], queryParams: [], content, idempotencyKey };
}

/** An event of an endpoint that asks for a check. */
export function asks(eventKey: string, receivedAtMs = Date.now()): NewEvent {
  return { eventKey, receivedAtMs };
}

/** Does all of it, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  await pMap(items, work, { concurrency });
}
