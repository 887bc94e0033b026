/**
 * Faults at every step that touches Firestore or Pub/Sub: before and after each method of each port,
 * and, inside them, before and after each request that the Firestore client makes, so that a claim of
 * several commits can stop between any two.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Firestore } from "@google-cloud/firestore";

import type { Ports } from "../../src/app/ports.ts";

/**
 * - `kill`: the instance ends here. Nothing of it runs on, whatever it was waiting for.
 * - `unavailable`: the step fails, although after it the work is done: a lost answer.
 * - `repeat`: the client makes the request again, as it does by itself when an answer is lost, and sees
 *   what it has done itself.
 * - `slow`: the instance is held up, so that others get between this step and the next.
 */
export type Fault = "kill" | "unavailable" | "repeat" | "slow";

/** Where a fault can be: `outbox.claimTaken:before`, `outbox.claimTaken/commit:after`, … */
export type FaultPoint = string;

/** Decides at each point, in the order in which an instance comes by. A promise holds it up there. */
export type FaultPlan = (point: FaultPoint) => Fault | Promise<unknown> | undefined;

/** The life of an instance, which a fault may end. */
export class Life {
  /** Rejects when the instance is killed. */
  readonly ended: Promise<never>;
  #end: (reason: Error) => void = () => undefined;
  #isOver = false;

  constructor() {
    this.ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    this.ended.catch(() => undefined); // an instance may die while nobody waits for it
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(where: string): void {
    this.#isOver = true;
    this.#end(new Error(`the instance was killed at ${where}`));
  }
}

/** What the client reports when Firestore or Pub/Sub cannot be reached, or its answer is lost. */
export function unavailable(where: string): Error {
  return Object.assign(new Error(`14 UNAVAILABLE: injected at ${where}`), { code: 14 });
}

/** Runs a step of an instance with its two fault points. */
async function step<T>(
  life: Life,
  plan: FaultPlan,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  await passPoint(life, plan, `${name}:before`);
  let outcome = await settle(work);
  const fault = await passPoint(life, plan, `${name}:after`);
  if (fault === "repeat") outcome = await settle(work);
  if (life.isOver) return never();
  if (outcome.error !== undefined) throw outcome.error as Error;
  return outcome.value as T;
}

async function passPoint(
  life: Life,
  plan: FaultPlan,
  point: FaultPoint,
): Promise<Fault | undefined> {
  if (life.isOver) return never();
  const fault = plan(point);
  if (fault === "kill") {
    life.end(point);
    return never();
  }
  if (fault === "unavailable") throw unavailable(point);
  if (fault === "slow") await sleep(SLOW_MS);
  if (!(fault instanceof Promise)) return fault;
  await fault;
  return undefined;
}

const SLOW_MS = 40;

/** Nothing that waits for this runs on. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

interface Outcome<T> {
  readonly value?: T;
  readonly error?: unknown;
}

async function settle<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** Which port method a request to Firestore is made for. */
const currentStep = new AsyncLocalStorage<string>();

type Method = (...args: unknown[]) => Promise<unknown>;

/** Wraps one port; its methods become steps named `port.method`; so does each page of one that reads on. */
export function portWithFaults<T extends object>(
  life: Life,
  plan: FaultPlan,
  portName: string,
  port: T,
): T {
  const wrapped = Object.entries(port).map(([method, call]: [string, Method | Paged]) => {
    const name = `${portName}.${method}`;
    const run = (...args: unknown[]): ReturnType<Method | Paged> =>
      isPaged(name, call)
        ? pageByPage(life, plan, name, call.apply(port, args))
        : step(life, plan, name, () => currentStep.run(name, () => call.apply(port, args)));
    return [method, run];
  });
  return Object.fromEntries(wrapped) as T;
}

type Paged = (...args: unknown[]) => AsyncIterable<unknown>;

function isPaged(name: string, call: Method | Paged): call is Paged {
  return typeof call === "function" && name === "window.scan";
}

async function* pageByPage(
  life: Life,
  plan: FaultPlan,
  name: string,
  pages: AsyncIterable<unknown>,
): AsyncIterable<unknown> {
  const iterator = pages[Symbol.asyncIterator]();
  for (;;) {
    const page = await step(life, plan, name, () => currentStep.run(name, () => iterator.next()));
    if (page.done === true) return;
    yield page.value;
  }
}

/** The ports of an instance that ends, or fails, where the plan says so. */
export function withFaults<T extends Partial<Ports>>(life: Life, plan: FaultPlan, ports: T): T {
  const names = ["events", "window", "services", "outbox", "publisher"] as const;
  const wrapped = names.flatMap((name) => {
    const port = ports[name];
    return port === undefined ? [] : [[name, portWithFaults(life, plan, name, port)] as const];
  });
  return { ...ports, ...Object.fromEntries(wrapped) };
}

/** The two funnels through which the Firestore client makes all its requests. */
interface Requests {
  request(method: string, ...args: unknown[]): Promise<unknown>;
  requestStream(method: string, ...args: unknown[]): Promise<unknown>;
}

/**
 * The same client, for one instance: it shares the connection, but each of its requests is a step, named
 * after the port method that makes it and the request: `outbox.claimTaken/commit`.
 */
export function requestsWithFaults(life: Life, plan: FaultPlan, db: Firestore): Firestore {
  const original = db as unknown as Requests;
  const nameOf = (method: string): string => `${currentStep.getStore() ?? "client"}/${method}`;
  const requests: Requests = {
    request: (method, ...args) =>
      step(life, plan, nameOf(method), () => original.request.call(db, method, ...args)),
    async requestStream(method, ...args) {
      let stream: Readable | undefined;
      // An answer that nobody reads any more would hold on to the shared connection.
      const drain = (): void => void stream?.resume();
      life.ended.catch(drain);
      try {
        return await step(life, plan, nameOf(method), async () => {
          stream = (await original.requestStream.call(db, method, ...args)) as Readable;
          if (life.isOver) drain();
          return stream;
        });
      } catch (error) {
        drain();
        throw error;
      }
    },
  };
  return Object.assign(Object.create(db) as Firestore, requests);
}
