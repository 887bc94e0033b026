/** What is sent to targets in a scenario, and what must hold of it. */
import type { Doc } from "../../src/adapters/firestore/documents.ts";
import { toDelivery } from "../../src/adapters/firestore/deliveryDocument.ts";
import type { CallTarget } from "../../src/app/delivery/parts.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { verdict, type CallResult } from "../../src/domain/attempt.ts";
import { laneOf, type Delivery } from "../../src/domain/delivery.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import type { Actor } from "../../testkit/stage.ts";

interface Call {
  readonly actor: Actor;
  readonly atMs: number;
  /** The lane, or the delivery. */
  readonly of: string;
}

/** The server of all HTTP targets of a scenario. */
export class Server {
  readonly violations: string[] = [];
  /** What went out before something that was in front of it. */
  readonly overtaken: string[] = [];
  /** What has arrived, in order. */
  readonly arrived: { readonly target: string; readonly syncId: string; readonly text: string }[] =
    [];
  /** By lane, or by delivery where there is none. */
  readonly #inFlight = new Map<string, Call>();
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  /** All that it knows. */
  state(): unknown {
    const inFlight = Array.from(this.#inFlight, ([of, { actor, atMs }]) => [
      of,
      actor.name,
      actor.isAlive,
      atMs,
    ]);
    return [this.violations, this.overtaken, this.arrived, inFlight];
  }

  /** How an instance calls it: when the call arrives, and when it is answered, are two steps. */
  caller(actor: Actor, clock: () => number): CallTarget {
    return async (target, { message, syncId }, attempt) => {
      const atMs = clock();
      const { serviceName, key = "" } = message;
      const lane = laneOf(target, key);
      const call: Call = { actor, atMs, of: lane ?? `${syncId}-${target.name}` };
      let result: CallResult;
      try {
        await actor.hook({ kind: "publish" }, () => {
          this.#begin(call, clock());
          if (lane !== undefined) this.#judgeOrder(serviceName, lane, target.name, syncId);
          const text = JSON.stringify(message);
          this.arrived.push({ target: target.name, syncId, text });
        });
        await actor.hook({ kind: "pause" }, () => undefined);
        result = { status: 200, headers: {}, answer: { body: Buffer.of(), isTruncated: false } };
      } catch {
        result = { error: "connection", message: "injected" };
      }
      if (lane !== undefined && this.#inFlight.get(lane)?.actor === actor)
        this.#inFlight.delete(lane);
      const nowMs = clock();
      return {
        verdict: verdict(result, undefined, attempt, target.retry, nowMs, 1),
        record: { attempt, atMs, durationMs: nowMs - atMs },
      };
    };
  }

  /** A call has a time limit, far below the lease; one that is repeated is the same. */
  #begin(call: Call, nowMs: number): void {
    const { of, actor } = call;
    const other = this.#inFlight.get(of);
    const isOver = other === undefined || !other.actor.isAlive || nowMs - other.atMs >= LEASE_MS;
    if (!isOver && other !== call) {
      this.violations.push(`${actor.name} sends of ${of} beside ${other.actor.name}`);
    }
    this.#inFlight.set(of, call);
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
      this.overtaken.push(`${syncId} overtakes ${other} in the lane ${lane}`);
    }
  }
}

const deliveriesIn = (database: MemoryDatabase, service: string): Delivery[] =>
  database.list(`services/${service}/deliveries`).map(toDelivery);

/**
 * Each sync is at each target, always with the same bytes, and nothing is left.
 *
 * @param isSequential the syncs were made in the order of their events
 */
export function judgeDeliveries(
  { serviceName, targets = [] }: Rule,
  database: MemoryDatabase,
  server: Server,
  isSequential: boolean,
): string[] {
  const violations = [...server.violations, ...(isSequential ? server.overtaken : [])];
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
    violations.push(
      ...judgeNumbers(
        all.filter(({ target }) => target === name),
        isSequential,
      ),
    );
  }
  const held = database.list(`services/${serviceName}/lanes`).filter(isLeft);
  return [...violations, ...held.map(({ id }) => `the lane ${id} is left`)];
}

/** That of a pull target stays, and waits for nothing. */
const isLeft = ({ fields }: Doc): boolean => fields["nextAttemptAt"] !== undefined;

function judgeNumbers(deliveries: readonly Delivery[], isSequential: boolean): string[] {
  const ordered = deliveries.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0));
  const offsets = ordered.map(({ offset }) => offset);
  if (offsets.some((offset, index) => offset !== index + 1)) {
    return [`the offsets are ${offsets.join(", ")}`];
  }
  const isOrdered = ordered.every(
    ({ place }, index) => place >= (ordered[index - 1]?.place ?? place),
  );
  return isOrdered || !isSequential ? [] : ["the offsets are not in the order of their syncs"];
}
