/** Instances of EventSync inside this process: each has its own engine, clock and end. */
import { randomBytes } from "node:crypto";
import type { Firestore } from "@google-cloud/firestore";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeDeliverer, type Deliverer } from "../../src/app/delivery/deliverer.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { onPending } from "../../src/app/onPending.ts";
import type { AlarmClock, EventLog, Log, Ports, Publisher } from "../../src/app/ports.ts";
import type { DeliveryPorts, WakeUpClock } from "../../src/app/ports/deliveries.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Created } from "./eventarc.ts";
import { Life, portWithFaults, requestsWithFaults, withFaults, type FaultPlan } from "./faults.ts";
import type { TargetServer } from "./targetServer.ts";

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
  /** Of the HTTP targets of its rules, if they have any. */
  readonly server?: TargetServer;
  readonly wakeUps?: WakeUpClock;
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
    const documents = firestoreDocuments(requestsWithFaults(this.#life, plan, db));
    const stores = makeStorePorts(documents, log);
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
    const adapted = withFaults(this.#life, plan, options.adapt?.(ports) ?? ports);
    const deliverer =
      options.server && this.#deliverer(options, documents, adapted, options.server);
    this.#engine = makeEngine({
      ...adapted,
      ...(deliverer && { deliverer: () => Promise.resolve(deliverer) }),
    });
  }

  #deliverer(
    { plan = () => undefined, wakeUps }: InstanceOptions,
    documents: Documents,
    ports: Ports,
    server: TargetServer,
  ): Deliverer {
    const { events, publisher, clock, newId, log } = ports;
    const stored = makeDeliveryPorts(documents, log);
    const wrap = <Name extends keyof DeliveryPorts>(name: Name): DeliveryPorts[Name] =>
      portWithFaults(this.#life, plan, name, stored[name]);
    const called = portWithFaults(this.#life, plan, "server", {
      call: server.caller(clock, () => this.isAlive),
    });
    return makeDeliverer({
      ...{ events, publisher, clock, newId, log },
      deliveries: wrap("deliveries"),
      lanes: wrap("lanes"),
      pullLog: wrap("pullLog"),
      targetStates: wrap("targetStates"),
      callTarget: called.call,
      ...(wakeUps && { wakeUps }),
    });
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
