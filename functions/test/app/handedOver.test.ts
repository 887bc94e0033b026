import assert from "node:assert/strict";

import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { ClaimUnfinishedError } from "../../src/app/finishClaims.ts";
import { CLAIM_MS } from "../../src/app/timeLimits.ts";
import { windowOf } from "../../src/domain/window.ts";
import type { Hook, Request } from "../../testkit/memoryDocuments.ts";
import { rule } from "../support/factories.ts";
import { memoryWorld, type MemoryWorld } from "../support/memoryWorld.ts";

const RULE = rule();
const WINDOW = windowOf(RULE);
const ALL = "a1 a2 a3 a4 a5 b1";

describe("a sync that takes several commits, whose claimer stops", () => {
  for (const where of ["the same instance", "another"]) {
    it(`is gone on with by the trigger that is delivered again, to ${where}`, async () => {
      const world = memoryWorld();
      const last = await storeAll(world);
      const first = instanceOf(world, slow(world));
      let deliveries = 0;
      for (let isDone = false; !isDone && deliveries < 10; deliveries++) {
        const instance = where === "another" ? instanceOf(world, slow(world)) : first;
        isDone = await instance.checkWindow(RULE, WINDOW, last).then(() => true, unfinished);
        world.clock.advance(10_000);
      }
      assert.deepEqual(world.groups(), [ALL]);
      assert.equal(deliveries, 3);
    });
  }

  it("is gone on with by its trigger if it has died, once its lease has run out", async () => {
    const world = memoryWorld();
    const last = await storeAll(world);
    void dyingAfter(1, world).checkWindow(RULE, WINDOW, last);
    await until(() => world.log.of("sync.begun").length > 0);
    world.clock.advance(60_000);
    await instanceOf(world).checkWindow(RULE, WINDOW, last);
    assert.deepEqual(world.groups(), []);
    world.clock.advance(LEASE_MS);
    await instanceOf(world).checkWindow(RULE, WINDOW, last);
    assert.deepEqual(world.groups(), [ALL]);
  });

  it("says that it is complete if what came late and joined it has completed it", async () => {
    const world = memoryWorld();
    for (let index = 1; index <= 5; index++) {
      await world.store(RULE, "a", `a${String(index)}`);
      world.clock.advance(10);
    }
    void dyingAfter(1, world).triggerSync(RULE, WINDOW);
    await until(() => world.log.of("sync.begun").length > 0);
    // Received before the last of them, visible only now.
    world.clock.advance(-15);
    await world.store(RULE, "b", "b1");
    world.clock.advance(LEASE_MS + 1000);
    await instanceOf(world).sweep([RULE]);
    assert.deepEqual(world.groups(), [ALL]);
    const [message] = world.messages;
    const { reason, complete, missing } = message?.completion ?? {};
    assert.deepEqual(
      { reason, complete, missing },
      { reason: "manual", complete: true, missing: [] },
    );
  });

  it("costs an event that completes nothing no read more, unless its trigger is late", async () => {
    const world = memoryWorld();
    const event = await world.store(RULE, "a", "a1");
    const requests: string[] = [];
    const check = async (): Promise<string[]> => {
      const counting: Hook = ({ kind }, run) => {
        requests.push(kind);
        return Promise.resolve(run());
      };
      await instanceOf(world, counting).checkWindow(RULE, WINDOW, event);
      return requests.splice(0);
    };
    world.clock.advance(CLAIM_MS.check - 1);
    assert.deepEqual(await check(), ["count"]);
    world.clock.advance(1);
    assert.deepEqual(await check(), ["count", "get"]);
  });
});

async function storeAll(world: MemoryWorld) {
  for (let index = 1; index <= 5; index++) {
    await world.store(RULE, "a", `a${String(index)}`);
    world.clock.advance(1);
  }
  return world.store(RULE, "b", "b1");
}

/** An instance that makes so many commits. */
function dyingAfter(commits: number, world: MemoryWorld): Engine {
  let made = 0;
  return instanceOf(world, ({ kind }, run) =>
    kind === "commit" && ++made > commits
      ? new Promise(() => undefined)
      : Promise.resolve().then(run),
  );
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(setImmediate);
}

/** Each commit takes so long that there is time for one. */
function slow({ clock }: MemoryWorld): Hook {
  return async <T>({ kind }: Request, run: () => T): Promise<T> => {
    const answer = await run();
    if (kind === "commit") clock.advance(CLAIM_MS.check);
    return answer;
  };
}

function unfinished(error: unknown): false {
  assert.ok(error instanceof ClaimUnfinishedError, String(error));
  return false;
}

let ids = 0;

function instanceOf(world: MemoryWorld, hook?: Hook): Engine {
  return makeEngine({
    ...makeStorePorts(world.database.documents(hook), world.log),
    publisher: world.publisher,
    clock: world.clock,
    newId: () => `handed${String(ids++).padStart(18, "0")}`,
    log: world.log,
    claimChunk: 2,
  });
}
