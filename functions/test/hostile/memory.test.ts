import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { FunctionServer } from "../../testkit/functionServer.ts";
import { sharedBuild } from "../../testkit/hostile/build.ts";
import { toCloudEvent } from "../../testkit/hostile/cloudEvent.ts";
import { asks, inParallel, request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import { World } from "../../testkit/hostile/world.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { windowOf } from "../../src/domain/window.ts";
import { onlyTargets, pullTarget } from "../support/targets.ts";

/** What a function has, and what is left of it for a bad day: unbounded, these took 450 MB and 590. */
const LIMIT_MB = 350;

/** A sync of 8.5 MB, just below the most that a message holds. */
const EVENTS = 9;
const CONTENT = "x".repeat(940_000);

const SYNCS_DUE = 8;
const WINDOWS = 12;

/** Requests that an instance gets at a time. */
const READERS = 80;

/** The built functions, in the heap that they have in production. */
describe("large syncs at once", function () {
  this.timeout(120_000);
  let world: World;
  let served: FunctionServer | undefined;
  before(async () => {
    world = await World.open();
  });
  afterEach(async () => {
    await served?.stop();
  });
  after(async () => {
    await world.close();
  });

  const rulesOf = (count: number): Rule[] =>
    Array.from({ length: count }, () => world.rule(["a", "b"]));

  async function fill(instance: Instance, rules: readonly Rule[]): Promise<void> {
    const store = (key: string) => (rule: Rule) =>
      instance.run((engine) => engine.storeEvent(rule, request(key, CONTENT)));
    // The one that completes the window comes last: then all are in one sync.
    const all = rules.flatMap((rule) => Array<Rule>(EVENTS - 1).fill(rule));
    await inParallel(all, 4, store("a"));
    await inParallel(rules, 4, store("b"));
  }

  async function serve(
    target: "sweep" | "checkWindow" | "pull",
    rules: readonly Rule[],
  ): Promise<FunctionServer> {
    const { directory } = await sharedBuild();
    served = await FunctionServer.start({
      source: directory,
      target,
      projectId: world.projectId,
      env: { CONFIG: JSON.stringify(rules) },
    });
    return served;
  }

  async function assertAllPublished(rules: readonly Rule[]): Promise<void> {
    for (const rule of rules) {
      const { violations, figures } = await world.judge(rule, { expectOnce: true });
      assert.deepEqual(violations, []);
      assert.deepEqual([figures.exported, figures.messages], [EVENTS, 1]);
    }
  }

  function assertSmall(server: FunctionServer): void {
    const peak = server.memory()?.peak;
    if (peak === undefined) return; // only Linux tells
    assert.ok(peak < LIMIT_MB * 1e6, `${String(Math.round(peak / 1e6))} MB`);
  }

  it(`are no danger to a sweep that finds ${String(SYNCS_DUE)} of them due`, async () => {
    const rules = rulesOf(SYNCS_DUE);
    const dying = new Instance({
      db: world.db,
      publisher: { publish: () => new Promise(() => undefined) },
      rules,
      clock: world.clock(-600_000), // the leases that it leaves have run out
    });
    await fill(dying, rules);
    for (const rule of rules) {
      void dying
        .run((engine) => engine.checkWindow(rule, windowOf(rule), asks("a")))
        .catch(() => undefined);
    }
    await waitFor("the claims", async () => {
      const { docs } = await world.db.collectionGroup("syncs").select().get();
      return docs.length === SYNCS_DUE ? true : undefined;
    });
    dying.kill();

    const sweep = await serve("sweep", rules);
    const { status } = await fetch(sweep.url, { method: "POST" });
    assert.equal(status, 200);
    assertSmall(sweep);
    await assertAllPublished(rules);
  });

  it(`are no danger to an instance that checks ${String(WINDOWS)} windows with one each`, async () => {
    const rules = rulesOf(WINDOWS);
    await fill(world.instance(rules), rules);
    const checkWindow = await serve("checkWindow", rules);
    await inParallel(rules, WINDOWS, async ({ serviceName }) => {
      const marker = { serviceName, eventId: "x", eventKey: "a", receivedAtMs: Date.now() };
      const { headers, body } = toCloudEvent(world.projectId, marker);
      const { status } = await fetch(checkWindow.url, {
        method: "POST",
        headers,
        body: String(body),
      });
      assert.equal(status, 204);
    });
    assertSmall(checkWindow);
    await assertAllPublished(rules);
  });

  it(`are no danger to a log that ${String(READERS)} read at once, slowly`, async () => {
    const rules = [onlyTargets(world.rule(["a", "b"]), [pullTarget("log")])];
    const [{ serviceName } = { serviceName: "" }] = rules;
    const instance = world.instance(rules);
    await fill(instance, rules);
    for (const rule of rules) {
      await instance.run((engine) => engine.checkWindow(rule, windowOf(rule), asks("b")));
    }
    const pull = await serve("pull", rules);
    const read = async (): Promise<number | undefined> => {
      const { status, body, headers } = await fetch(`${pull.url}/${serviceName}?after=0`);
      let bytes = 0;
      for await (const chunk of body ?? []) {
        bytes += (chunk as Uint8Array).length;
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (status === 200) return bytes;
      // There was no room for it in time: whoever reads asks again.
      assert.deepEqual([status, headers.get("retry-after")], [503, "5"]);
      return undefined;
    };
    // It has its number then: whoever comes while it gets one may find nothing yet.
    await read();
    const sizes = await Promise.all(Array.from({ length: READERS }, read));
    const answered = sizes.filter((size) => size !== undefined);
    assert.ok(answered.length >= 4, `${String(answered.length)} were answered`);
    // None of the room is lost.
    for (let again = 0; again < 3; again++) answered.push((await read()) ?? 0);
    assert.ok(Math.min(...answered) > EVENTS * CONTENT.length, answered.join(" "));
    assertSmall(pull);
  });
});
