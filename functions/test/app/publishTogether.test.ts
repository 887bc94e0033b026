import assert from "node:assert/strict";

import { MessageBudget } from "../../src/app/messageBudget.ts";
import type { Lease, Publisher } from "../../src/app/ports.ts";
import { publishTogether } from "../../src/app/publishTogether.ts";
import type { Sync } from "../../src/domain/sync.ts";
import { event, lease, member, sync, syncEndpoint } from "../support/factories.ts";
import { fakeClock, fakeEventLog, fakeOutbox } from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A sync of a window with a key, and as many events. */
function keyed(id: string, events = 1, overrides: Partial<Sync> = {}): Sync {
  const members = Array.from({ length: events }, (_, index) => member(`${id}-${String(index)}`));
  return sync([syncEndpoint("a", members)], { id, key: id, ...overrides });
}

/** A publisher that waits until a test says that it is done; `broken` is refused. */
function setUp() {
  const clock = fakeClock();
  const outbox = fakeOutbox(clock);
  const requests: string[][] = [];
  const ends: (() => void)[] = [];
  const publish: Publisher["publish"] = async ({ messages }) => {
    const keys = messages.map(({ key }) => key ?? "");
    requests.push(keys);
    await new Promise<void>((resolve) => ends.push(resolve));
    return keys.map((key) =>
      key === "broken"
        ? { status: "rejected", reason: new Error("no") }
        : { status: "fulfilled", value: `m-${key}` },
    );
  };
  const log = recordingLog();
  const stored = Array.from({ length: 11 }, (_, index) => index).flatMap((index) =>
    ["k1", "k2", "k3", "broken", "", "large"].map((id) => event({ id: `${id}-${String(index)}` })),
  );
  const events = fakeEventLog(...stored);
  const budget = new MessageBudget();
  const run = publishTogether({ events, outbox, publisher: { publish }, budget, clock, log });
  const told = (outcomes: Awaited<ReturnType<typeof run>>): string[] =>
    outcomes.map((one) => (one.outcome === "published" ? one.messageId : one.outcome));
  return {
    requests,
    publish: async (...syncs: readonly Sync[]) =>
      told(await run(syncs.map((one): Lease => lease(one)))),
    end: async () => {
      for (const each of ends.splice(0)) each();
      await settle();
    },
  };
}

describe("syncs of the windows of a service", () => {
  it("are published together with those that come while others are", async () => {
    const { requests, publish, end } = setUp();
    const all = [publish(keyed("k1")), publish(keyed("k2")), publish(keyed("k3"))];
    await settle();
    assert.deepEqual(requests, [["k1"]]);
    await end();
    assert.deepEqual(requests, [["k1"], ["k2", "k3"]]);
    await end();
    assert.deepEqual(await Promise.all(all), [["m-k1"], ["m-k2"], ["m-k3"]]);
  });

  it("have each its own outcome, and each caller those of its own, in their order", async () => {
    const { publish, end } = setUp();
    const first = publish(keyed("k1"));
    const others = [publish(keyed("broken"), keyed("k2")), publish(keyed("k3"))];
    await settle();
    await end();
    await end();
    assert.deepEqual(await first, ["m-k1"]);
    assert.deepEqual(await Promise.all(others), [["failed", "m-k2"], ["m-k3"]]);
  });

  for (const [what, other] of [
    ["of another service", keyed("k2", 1, { serviceName: "other" })],
    ["without a key", keyed("", 1)],
    ["that is large", keyed("large", 11)],
  ] as const) {
    it(`hold up none ${what}`, async () => {
      const { requests, publish, end } = setUp();
      const all = [publish(keyed("k1")), publish(other)];
      await settle();
      assert.deepEqual(requests, [["k1"], [other.key]]);
      await end();
      assert.deepEqual(await Promise.all(all), [["m-k1"], [`m-${other.key}`]]);
    });
  }

  it("are with none that is large in a request: who has one has its own", async () => {
    const { requests, publish, end } = setUp();
    const all = [publish(keyed("k1")), publish(keyed("k2"), keyed("large", 11))];
    await settle();
    assert.deepEqual(requests, [["k1"], ["k2", "large"]]);
    await end();
    assert.deepEqual((await Promise.all(all)).flat(), ["m-k1", "m-k2", "m-large"]);
  });

  it("are nothing to publish where there are none", async () => {
    const { requests, publish } = setUp();
    assert.deepEqual([await publish(), requests], [[], []]);
  });
});
