import assert from "node:assert/strict";
import { Timestamp, type DocumentSnapshot } from "@google-cloud/firestore";

import type { Ports } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { asks, inChunksOf, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { World } from "../../testkit/hostile/world.ts";
import { windowOf } from "../../src/domain/window.ts";

const HOUR_MS = 3_600_000;
/** The shortest that the configuration allows. */
const TRIGGER = { observationPeriod: 3600 };
const RETENTION = 3600 + 86_400;

/** The emulator executes no TTL: here it is played, and takes everything at the first moment it may. */
describe("what TTL removes", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await World.open();
  });
  after(() => world.close());

  async function playTtl({ serviceName }: Rule): Promise<void> {
    const service = world.db.collection("services").doc(serviceName);
    const lists = ["events", "pending", "syncs"].map((name) => service.collection(name).get());
    const documents = (await Promise.all(lists)).flatMap(({ docs }): DocumentSnapshot[] => docs);
    const syncs = documents.filter(({ ref }) => ref.parent.id === "syncs");
    const parts = await Promise.all(syncs.map(({ ref }) => ref.collection("parts").get()));
    const hasExpired = (document: DocumentSnapshot): boolean => {
      const expireAt: unknown = document.get("expireAt");
      return expireAt instanceof Timestamp && expireAt.toMillis() <= world.now();
    };
    const expired = [...documents, ...parts.flatMap(({ docs }) => docs)].filter(hasExpired);
    await Promise.all(expired.map(({ ref }) => ref.delete()));
  }

  /** Claims two events per commit, so that most of a sync is in its parts. */
  const instanceOf = (rule: Rule, change: (ports: Ports) => Partial<Ports>): Instance =>
    new Instance({
      db: world.db,
      publisher: world.publisher,
      rules: [rule],
      clock: world.now,
      adapt: (ports) => inChunksOf(2, { ...ports, ...change(ports) }),
    });

  async function store(rule: Rule, instance: Instance): Promise<void> {
    for (const key of ["a", "a", "a", "a", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, `content of ${key}`)));
    }
  }

  it("is never of a sync that waits, however long its topic is missing", async () => {
    const rule = world.rule(["a", "b"], { trigger: TRIGGER, retentionPeriod: RETENTION });
    const tried: string[] = [];
    const failing = instanceOf(rule, () => ({
      publisher: {
        publish: ({ messages }) => {
          tried.push(...messages.map((message) => JSON.stringify(message)));
          return Promise.reject(new Error("no such topic"));
        },
      },
    }));
    await store(rule, failing);
    // As late as it can be: the events have a day left, less this second.
    world.advance(HOUR_MS - 5000);
    await failing.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    for (let hours = 0; hours < 100; hours += 5) {
      world.advance(5 * HOUR_MS);
      await playTtl(rule);
      const { failed } = await failing.run((engine) => engine.sweep([rule]));
      assert.equal(failed, 1, `after ${String(hours)} hours`);
    }
    world.advance(HOUR_MS);
    await playTtl(rule);
    const sound = instanceOf(rule, () => ({}));
    assert.equal((await sound.run((engine) => engine.sweep([rule]))).published, 1);

    const { violations, figures } = await world.judge(rule, { expectOnce: true });
    assert.deepEqual(violations, []);
    assert.deepEqual([figures.syncs, figures.exported], [1, 5]);
    const [{ message, data } = assert.fail()] = world.receiver.of(rule.serviceName);
    assert.equal(message.truncated, undefined);
    assert.equal(tried.length, 21);
    assert.deepEqual(new Set(tried), new Set([data]));

    // And once it is out, it goes as all others do.
    world.advance(RETENTION * 1000);
    await playTtl(rule);
    const left = await world.db.collection(`services/${rule.serviceName}/syncs`).get();
    assert.deepEqual([left.size, (await eventsOf(rule)).size], [0, 0]);
  });

  it("is nothing of a message that is out, until it cannot be repeated any more", async () => {
    const rule = world.rule(["a", "b"], { trigger: TRIGGER, retentionPeriod: RETENTION });
    const unmarked = instanceOf(rule, ({ outbox }) => ({
      outbox: { ...outbox, markPublished: () => Promise.reject(new Error("unavailable")) },
    }));
    await store(rule, unmarked);
    world.advance(HOUR_MS - 5000);
    await unmarked.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")));
    // Nobody sweeps for a day, less the last minutes: the repeat is as late as it can be.
    world.advance(24 * HOUR_MS - 60_000);
    await playTtl(rule);
    await instanceOf(rule, () => ({})).run((engine) => engine.sweep([rule]));
    assert.deepEqual((await world.judge(rule)).violations, []);
    const messages = world.receiver.of(rule.serviceName);
    assert.equal(messages.length, 2);
    assert.equal(messages[0]?.data, messages[1]?.data);
  });

  const eventsOf = ({ serviceName }: Rule) =>
    world.db.collection(`services/${serviceName}/events`).get();
});
