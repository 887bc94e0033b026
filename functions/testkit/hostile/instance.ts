/** Instances of EventSync inside this process: each has its own engine, clock and end. */
import { randomBytes } from "node:crypto";
import type { Firestore } from "@google-cloud/firestore";

import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { onPending } from "../../src/app/onPending.ts";
import type { AlarmClock, EventLog, Log, Ports, Publisher } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Created } from "./eventarc.ts";
import { Life, requestsWithFaults, withFaults, type FaultPlan } from "./faults.ts";

export const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface InstanceOptions {
  readonly db: Firestore;
  readonly publisher: Publisher;
  readonly rules: readonly Rule[];
  readonly plan?: FaultPlan;
  readonly clock?: () => number;
  readonly alarmClock?: AlarmClock;
  readonly log?: Log;
  /** Hears of each event that is stored, before whoever sent it. */
  readonly onStored?: (created: Created) => void;
  /** Changes the ports before faults are put around them. */
  readonly adapt?: (ports: Ports) => Ports;
}

export class Instance {
  readonly #engine: Engine;
  readonly #life = new Life();
  readonly #log: Log;
  readonly #rules: readonly Rule[];
  readonly #clock: () => number;

  constructor(options: InstanceOptions) {
    const { db, publisher, rules, plan = () => undefined, log = silentLog } = options;
    this.#log = log;
    this.#rules = rules;
    this.#clock = options.clock ?? Date.now;
    const stores = makeStorePorts(
      firestoreDocuments(requestsWithFaults(this.#life, plan, db)),
      log,
    );
    const ports: Ports = {
      ...stores,
      events: announcing(stores.events, options.onStored),
      publisher,
      clock: this.#clock,
      timesOfDay: (at, timeZone) => Promise.resolve(timesOfDay(at, timeZone)),
      ...(options.alarmClock && { alarmClock: options.alarmClock }),
      newId: () => randomBytes(12).toString("hex"),
      log,
    };
    this.#engine = makeEngine(withFaults(this.#life, plan, options.adapt?.(ports) ?? ports));
  }

  get isAlive(): boolean {
    return !this.#life.isOver;
  }

  /** Ends the instance between two steps. */
  kill(): void {
    this.#life.end("no step of its own");
  }

  /** What one request or delivery does; rejects if the instance dies meanwhile. */
  run<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    if (!this.isAlive) return this.#life.ended;
    return Promise.race([work(this.#engine), this.#life.ended]);
  }

  deliver(event: Created): Promise<void> {
    const created = { key: "", ...event, createdAtMs: event.receivedAtMs, isNewer: false };
    return this.run((engine) => onPending(engine, this.#log, this.#rules, created, this.#clock()));
  }
}

/** Tells of each event once it is committed, whatever becomes of the answer. */
function announcing(
  events: EventLog,
  onStored: (created: Created) => void = () => undefined,
): EventLog {
  return {
    ...events,
    async append(rule, event, pending) {
      const result = await events.append(rule, event, pending);
      if (pending === undefined) return result;
      const { id: eventId, key, eventKey, receivedAtMs } = pending;
      onStored({ serviceName: rule.serviceName, eventId, key, eventKey, receivedAtMs });
      return result;
    },
  };
}
