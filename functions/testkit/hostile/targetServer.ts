/** A server of HTTP targets that fails, is slow, and remembers what came in which order. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Firestore } from "@google-cloud/firestore";

import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { CallTarget } from "../../src/app/delivery/parts.ts";
import { verdict } from "../../src/domain/attempt.ts";
import { laneOf } from "../../src/domain/delivery.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { Random } from "./random.ts";

interface Call {
  readonly target: string;
  readonly syncId: string;
  readonly text: string;
  /** By the clock of the machine. */
  readonly atMs: number;
}

/** What of its own clock an instance may have read before another wrote something. */
const BLIND_MS = 3000;

export class TargetServer {
  readonly calls: Call[] = [];
  readonly violations: string[] = [];
  readonly #inFlight = new Map<
    string,
    { readonly isAlive: () => boolean; readonly atMs: number }
  >();
  readonly #random: Random;
  /** Of its answers, how many are a 500. */
  failing: number;

  constructor(random: Random, failing: number) {
    this.#random = random;
    this.failing = failing;
  }

  caller(clock: () => number, isAlive: () => boolean): CallTarget {
    return async (target, { message, syncId }, attempt) => {
      const atMs = clock();
      const lane = laneOf(target, message.key ?? "");
      const call = { isAlive, atMs };
      if (lane !== undefined) this.#begin(lane, call);
      const text = JSON.stringify(message);
      this.calls.push({ target: target.name, syncId, text, atMs: Date.now() });
      await sleep(this.#random.int(0, 5));
      if (lane !== undefined && this.#inFlight.get(lane) === call) this.#inFlight.delete(lane);
      const status = this.#random.chance(this.failing) ? 500 : 200;
      const nowMs = clock();
      const answer = { body: Buffer.of(), isTruncated: false };
      const result = { status, headers: {}, answer };
      return {
        verdict: verdict(result, undefined, attempt, target.retry, nowMs, 1),
        record: { attempt, atMs, durationMs: nowMs - atMs, status },
      };
    };
  }

  #begin(lane: string, call: { readonly isAlive: () => boolean; readonly atMs: number }): void {
    const other = this.#inFlight.get(lane);
    if (other?.isAlive() === true && call.atMs - other.atMs < LEASE_MS - 10_000) {
      this.violations.push(`two requests of the lane ${lane} are in flight`);
    }
    this.#inFlight.set(lane, call);
  }

  /** Judges a service that has settled: each sync at each target, in the order of its lane. */
  async judge(db: Firestore, { serviceName, targets = [] }: Rule): Promise<string[]> {
    const violations = [...this.violations];
    const service = db.collection("services").doc(serviceName);
    const [syncs, deliveries, lanes] = await Promise.all([
      service.collection("syncs").get(),
      service.collection("deliveries").get(),
      service.collection("lanes").where("nextAttemptAt", ">", new Date(0)).get(),
    ]);
    if (lanes.size > 0) violations.push(`${String(lanes.size)} lanes are left`);
    const firstAtMs = new Map<string, number>();
    const texts = new Map<string, Set<string>>();
    for (const { target, syncId, text, atMs } of this.calls) {
      const name = `${syncId}-${target}`;
      if (!firstAtMs.has(name)) firstAtMs.set(name, atMs);
      texts.set(name, (texts.get(name) ?? new Set()).add(text));
    }
    for (const { id } of syncs.docs) {
      for (const target of targets) {
        const name = `${id}-${target.name}`;
        const state: unknown = deliveries.docs.find((doc) => doc.id === name)?.get("state");
        const wanted = target.kind === "pull" ? "numbered" : "delivered";
        if (state !== wanted) violations.push(`${name} is ${String(state)}`);
        if (target.kind !== "http") continue;
        if (texts.get(name)?.size !== 1) {
          violations.push(`${name} arrived with ${String(texts.get(name)?.size ?? 0)} contents`);
        }
      }
    }
    for (const target of targets) {
      const own = deliveries.docs.filter((doc) => doc.get("target") === target.name);
      if (target.kind === "pull") {
        const offsets = own.map((doc) => Number(doc.get("offset"))).toSorted((a, b) => a - b);
        const isDense = offsets.every((offset, index) => offset === index + 1);
        if (!isDense) violations.push(`the offsets are ${offsets.join(", ")}`);
        continue;
      }
      const placed = own.flatMap((doc) => {
        const lane = laneOf(target, String(doc.get("key")));
        const atMs = firstAtMs.get(doc.id);
        const createdAtMs = doc.createTime.toMillis();
        const place = String(doc.get("place"));
        return lane === undefined || atMs === undefined
          ? []
          : [{ id: doc.id, lane, atMs, createdAtMs, place }];
      });
      for (const all of Map.groupBy(placed, ({ lane }) => lane).values()) {
        for (const one of all) {
          const overtaken = all.filter(
            ({ place, atMs, createdAtMs }) =>
              place < one.place && atMs > one.atMs && createdAtMs < one.atMs - BLIND_MS,
          );
          violations.push(...overtaken.map(({ id }) => `${one.id} went out before ${id}`));
        }
      }
    }
    return violations;
  }
}
