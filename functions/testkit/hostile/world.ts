/** What the scenarios share: an empty database, a topic, a clock that can be moved, and the settling. */
import { randomBytes } from "node:crypto";
import { Firestore } from "@google-cloud/firestore";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makePublisher } from "../../src/adapters/pubsub/publisher.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { totalOf } from "../../src/app/delivery/report.ts";
import type { Publisher } from "../../src/app/ports.ts";
import type { SweepReport } from "../../src/app/sweep.ts";
import { everyEndpoint } from "../../src/domain/condition.ts";
import type { EndpointRule, Rule } from "../../src/domain/rule.ts";
import { waitFor } from "../waitFor.ts";
import { Instance } from "./instance.ts";
import { judge, type Evidence, type Verdict } from "./invariants.ts";
import { readLedger } from "./ledger.ts";
import type { TargetServer } from "./targetServer.ts";
import { Inbox } from "../inbox.ts";

/** A name that no other run has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString("hex")}`;
}

export class World {
  readonly projectId: string;
  readonly db: Firestore;
  readonly documents: Documents;
  readonly receiver: Inbox;
  readonly publisher: Publisher;
  #aheadMs = 0;

  private constructor(projectId: string, receiver: Inbox) {
    this.projectId = projectId;
    this.db = new Firestore({ projectId });
    this.documents = firestoreDocuments(this.db);
    this.receiver = receiver;
    this.publisher = makePublisher(this.receiver.pubsub);
  }

  static async open(): Promise<World> {
    const projectId = uniqueName("demo-t");
    return new World(projectId, await Inbox.create(`projects/${projectId}/topics/target`));
  }

  async close(): Promise<void> {
    await this.receiver.close();
    await this.db.terminate();
  }

  /** The time by a clock that is right. */
  readonly now = (): number => Date.now() + this.#aheadMs;

  /** A clock that is so far ahead of the right one. */
  clock(skewMs = 0): () => number {
    return () => this.now() + skewMs;
  }

  /** Lets time pass at once. */
  advance(ms: number): void {
    this.#aheadMs += ms;
  }

  rule(endpoints: readonly string[], overrides: RuleOverrides = {}): Rule {
    const { trigger, minNbOfOccurrence = 1, ...rest } = overrides;
    const each = endpoints.map((eventKey): EndpointRule => ({
      eventKey,
      minNbOfOccurrence,
      eventToSend: "ALL",
    }));
    return {
      serviceName: uniqueName("s"),
      endpoints: each,
      condition: everyEndpoint(each),
      trigger: {
        type: "window",
        observationPeriod: 86_400,
        keepEventAfterTrigger: false,
        ...trigger,
      },
      targetPubSub: { topic: this.receiver.topicName },
      retentionPeriod: 604_800,
      ...rest,
    };
  }

  /** An instance without faults. */
  instance(rules: readonly Rule[], server?: TargetServer): Instance {
    const { db, publisher } = this;
    return new Instance({ db, publisher, rules, clock: this.now, ...(server && { server }) });
  }

  /**
   * What the scheduler does until nothing is left to do: sweeps, each after the leases of the last have
   * run out.
   */
  async settle(rules: readonly Rule[], server?: TargetServer): Promise<void> {
    const instance = this.instance(rules, server);
    for (let turn = 0; turn < MAX_SWEEPS; turn++) {
      this.advance(LEASE_MS + 1000);
      const report = await instance.run((engine) => engine.sweep(rules));
      if (isQuiet(report)) return;
    }
    throw new Error(`sweeps still find work after ${String(MAX_SWEEPS)} turns`);
  }

  /** Judges a service that has settled. */
  async judge(
    rule: Rule,
    evidence: Partial<Omit<Evidence, "rule" | "ledger" | "messages">> = {},
  ): Promise<Verdict> {
    const { serviceName } = rule;
    const ledger = await readLedger(this.db, serviceName);
    // What was published arrives, large messages after small ones; what was not is for the judge to miss.
    const published = ledger.syncs.filter(({ state }) => state === "published").length;
    const isThere = (): true | undefined =>
      this.receiver.of(serviceName).length >= published ? true : undefined;
    await waitFor("the messages", isThere, ARRIVAL_MS).catch(() => undefined);
    await this.receiver.flush();
    const messages = this.receiver.of(serviceName);
    return judge({ accepted: [], nowMs: this.now(), ...evidence, rule, ledger, messages });
  }
}

type RuleOverrides = Partial<Omit<Rule, "trigger" | "endpoints">> & {
  readonly trigger?: Partial<Rule["trigger"]>;
  readonly minNbOfOccurrence?: number;
};

const MAX_SWEEPS = 30;
const ARRIVAL_MS = 10_000;

/** What has been tried often comes up again only after a while: it is not settled before. */
function isQuiet({ oldestUnpublishedSeconds, ...report }: SweepReport): boolean {
  const { published, failed, fired, expired, errors, deliveries } = report;
  const done = published + failed + fired + expired + errors + totalOf(deliveries);
  return done === 0 && oldestUnpublishedSeconds === 0;
}
