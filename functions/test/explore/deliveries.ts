/** What is sent to targets in a scenario, and what must hold of it. */
import type { Doc } from "../../src/adapters/firestore/documents.ts";
import { toDelivery } from "../../src/adapters/firestore/deliveryDocument.ts";
import type { CallTarget } from "../../src/app/delivery/parts.ts";
import { verdict, type CallResult } from "../../src/domain/attempt.ts";
import { laneOf, type Delivery } from "../../src/domain/delivery.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import type { Actor } from "../../testkit/stage.ts";

/** The server of all HTTP targets of a scenario. */
export class Server {
  readonly violations: string[] = [];
  /** What has arrived, in order. */
  readonly arrived: { readonly target: string; readonly syncId: string; readonly text: string }[] =
    [];
  /** Who is at a call in a lane. */
  readonly #inFlight = new Map<string, Actor>();
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  /** How an instance calls it: when the call arrives, and when it is answered, are two steps. */
  caller(actor: Actor, clock: () => number): CallTarget {
    return async (target, { message, syncId }, attempt) => {
      const atMs = clock();
      const { serviceName, key = "" } = message;
      const name = laneOf(target, key);
      const lane = name === undefined ? undefined : `${serviceName}/${name}`;
      let result: CallResult;
      try {
        await actor.hook({ kind: "publish" }, () => {
          if (lane !== undefined) this.#begin(lane, actor);
          if (name !== undefined) this.#judgeOrder(serviceName, name, target.name, syncId);
          const text = JSON.stringify(message);
          this.arrived.push({ target: target.name, syncId, text });
        });
        await actor.hook({ kind: "pause" }, () => undefined);
        result = { status: 200, headers: {}, answer: { body: Buffer.of(), isTruncated: false } };
      } catch {
        result = { error: "connection", message: "injected" };
      }
      if (lane !== undefined && this.#inFlight.get(lane) === actor) this.#inFlight.delete(lane);
      const nowMs = clock();
      return {
        verdict: verdict(result, undefined, attempt, target.retry, nowMs, 1),
        record: { attempt, atMs, durationMs: nowMs - atMs },
      };
    };
  }

  #begin(lane: string, actor: Actor): void {
    const other = this.#inFlight.get(lane);
    if (other !== undefined && other !== actor && other.isAlive) {
      this.violations.push(`${actor.name} sends in the lane ${lane} beside ${other.name}`);
    }
    this.#inFlight.set(lane, actor);
  }

  /** Nothing goes out while something before it in its lane waits. */
  #judgeOrder(service: string, lane: string, target: string, syncId: string): void {
    const hasArrived = (id: string): boolean =>
      this.arrived.some((one) => one.target === target && one.syncId === id);
    if (hasArrived(syncId)) return;
    const own = this.#database.find(`services/${service}/deliveries/${syncId}-${target}`);
    const before = deliveriesIn(this.#database, service).filter(
      (delivery) =>
        delivery.lane === lane &&
        delivery.place < String(own?.fields["place"]) &&
        !hasArrived(delivery.syncId),
    );
    for (const { syncId: other } of before) {
      this.violations.push(`${syncId} overtakes ${other} in the lane ${lane}`);
    }
  }
}

const deliveriesIn = (database: MemoryDatabase, service: string): Delivery[] =>
  database.list(`services/${service}/deliveries`).map(toDelivery);

/** Each sync is at each target, always with the same bytes, and nothing is left. */
export function judgeDeliveries(
  { serviceName, targets = [] }: Rule,
  database: MemoryDatabase,
  server: Server,
): string[] {
  const violations = [...server.violations];
  const all = deliveriesIn(database, serviceName);
  const syncs = database.list(`services/${serviceName}/syncs`);
  for (const { id: syncId } of syncs) {
    for (const { name, kind } of targets) {
      const delivery = all.find((one) => one.syncId === syncId && one.target === name);
      if (delivery === undefined) {
        violations.push(`${syncId} has no delivery to ${name}`);
        continue;
      }
      const wanted = kind === "pull" ? "numbered" : "delivered";
      if (delivery.state !== wanted) {
        violations.push(`${syncId} is ${delivery.state} at ${name}, not ${wanted}`);
      }
      if (kind === "pull") continue;
      const texts = server.arrived.filter((one) => one.target === name && one.syncId === syncId);
      if (texts.length === 0) violations.push(`${syncId} never arrived at ${name}`);
      if (new Set(texts.map(({ text }) => text)).size > 1) {
        violations.push(`${syncId} arrived at ${name} with other bytes`);
      }
    }
  }
  for (const { name } of targets.filter(({ kind }) => kind === "pull")) {
    violations.push(...judgeNumbers(all.filter(({ target }) => target === name)));
  }
  const held = database.list(`services/${serviceName}/lanes`).filter(isLeft);
  return [...violations, ...held.map(({ id }) => `the lane ${id} is left`)];
}

/** That of a pull target stays, and waits for nothing. */
const isLeft = ({ fields }: Doc): boolean => fields["nextAttemptAt"] !== undefined;

function judgeNumbers(deliveries: readonly Delivery[]): string[] {
  const ordered = deliveries.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
  const offsets = ordered.map(({ offset }) => offset);
  if (offsets.some((offset, index) => offset !== index + 1)) {
    return [`the offsets are ${offsets.join(", ")}`];
  }
  const isOrdered = ordered.every(
    ({ place }, index) => place >= (ordered[index - 1]?.place ?? place),
  );
  return isOrdered ? [] : ["the offsets are not in the order of their syncs"];
}
