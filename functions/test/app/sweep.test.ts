import assert from "node:assert/strict";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { sweep } from "../../src/app/sweep.ts";
import type { CheckOutcome } from "../../src/app/checkWindow.ts";
import type { Lease, Publisher, Window } from "../../src/app/ports.ts";
import { latestExpired } from "../../src/domain/expiry.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { ago, rule, sync, syncEndpoint, lease as leaseOn } from "../support/factories.ts";
import {
  countingWindow,
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
} from "../support/fakes.ts";
import { recordingLog } from "../support/recordingLog.ts";

const A = rule({ serviceName: "A" });
const B = rule({ serviceName: "B" });

function lease(id: string, serviceName: string, topic = A.targetPubSub.topic): Lease {
  const due = sync([syncEndpoint("a", [])], { id, serviceName, topic });
  return leaseOn(due);
}

function setUp(...leases: Lease[]) {
  const clock = fakeClock();
  const log = recordingLog();
  const services = fakeServiceState();
  const outbox = fakeOutbox(clock, ...leases);
  const published: string[] = [];
  const checked: string[] = [];
  const expired: string[] = [];
  const deps = {
    clock,
    log,
    services,
    outbox,
    events: fakeEventLog(),
    budget: new MessageBudget(),
    window: {
      ...countingWindow({}),
      removeExpired: (...[{ service }, { expiry }]: Parameters<Window["removeExpired"]>) => {
        expired.push(`${service} ${String((latestExpired(expiry) - clock()) / 1000)}s`);
        return Promise.resolve(2);
      },
    },
    publisher: {
      publish: (topic) => {
        published.push(topic);
        return Promise.allSettled([Promise.resolve("m1")]);
      },
    } as Publisher,
    check: ({ serviceName }: Rule): Promise<CheckOutcome> => {
      checked.push(serviceName);
      return Promise.resolve({ outcome: "nothingNew" });
    },
  };
  return { deps, log, published, checked, expired };
}

const broken = (): Promise<never> => Promise.reject(new Error("broken"));

describe("sweep", () => {
  it("publishes what is due, checks every window and removes what is expired", async () => {
    const { deps, published, checked, expired, log } = setUp(lease("s1", "A"), lease("s2", "B"));
    assert.deepEqual(await sweep(deps, [A, B]), {
      published: 2,
      failed: 0,
      fired: 0,
      expired: 4,
      errors: 0,
      skipped: 0,
      oldestUnpublishedSeconds: 0,
    });
    assert.equal(published.length, 2);
    assert.deepEqual(deps.outbox.marks, ["published s1 as m1", "published s2 as m1"]);
    assert.deepEqual(checked, ["A", "B"]);
    assert.deepEqual(expired, ["A -3660s", "B -3660s"]);
    assert.equal(log.of("sweep.finished").length, 1);
  });

  it("does not check services that are triggered by hand, but removes their expired events", async () => {
    const { deps, checked, expired } = setUp();
    await sweep(deps, [rule({ serviceName: "A", trigger: { type: "none" } })]);
    assert.deepEqual(checked, []);
    assert.equal(expired.length, 1);
  });

  it("removes what a reset ended, with the same margin", async () => {
    const { deps, expired } = setUp();
    deps.services.made.set("A", [ago(5000), ago(100)]);
    await sweep(deps, [A]);
    assert.deepEqual(expired, ["A -160s"]);
  });

  it("removes nothing for a reset that its check may not have met, nor for time that has passed since", async () => {
    const { deps, expired } = setUp();
    deps.services.made.set("A", [ago(100)]);
    const slow = async (): Promise<CheckOutcome> => {
      deps.clock.advance(20_000);
      deps.services.made.set("A", [ago(100), deps.clock()]);
      return Promise.resolve({ outcome: "nothingNew" });
    };
    await sweep({ ...deps, check: slow }, [A]);
    assert.deepEqual(expired, ["A -180s"]);
  });

  it("counts windows that fired", async () => {
    const { deps } = setUp();
    const fired = { outcome: "fired", leases: [lease("s", "A")], more: false } as const;
    const { fired: count } = await sweep({ ...deps, check: () => Promise.resolve(fired) }, [A, B]);
    assert.equal(count, 2);
  });

  it("publishes to the topic that is configured now", async () => {
    const { deps, published } = setUp(lease("s1", "A", "projects/p-old/topics/wrong"));
    await sweep(deps, [A]);
    assert.deepEqual(published, [A.targetPubSub.topic]);
  });

  it("publishes to the topic of the sync where its service is not configured any more", async () => {
    const { deps, published } = setUp(lease("s1", "gone", "projects/p-old/topics/old"));
    await sweep(deps, [A]);
    assert.deepEqual(published, ["projects/p-old/topics/old"]);
  });

  it("leaves the other syncs of a service for the next time once one cannot be published", async () => {
    const stuck = Array.from({ length: 50 }, (_, index) => lease(`a${String(index)}`, "A"));
    const { deps } = setUp(...stuck, lease("b", "B", "projects/p-b/topics/good"));
    const good = rule({
      serviceName: "B",
      targetPubSub: { topic: "projects/p-b/topics/good" },
    });
    let refused = 0;
    deps.publisher.publish = (topic) => {
      if (topic === good.targetPubSub.topic) return Promise.allSettled([Promise.resolve("m1")]);
      refused++;
      return broken();
    };
    const { published } = await sweep(deps, [A, good]);
    assert.equal(published, 1);
    assert.ok(refused >= 1 && refused <= 8, String(refused));
  });

  it("goes on to the next page while there is one", async () => {
    const { deps, published } = setUp();
    const all = Array.from({ length: 450 }, (_, index) => lease(`s${String(index)}`, "A"));
    const after: (string | undefined)[] = [];
    deps.outbox.due = (_now, limit, last) => {
      after.push(last?.syncId);
      const start = last === undefined ? 0 : Number(last.syncId.slice(1)) + 1;
      const page = all.slice(start, start + limit);
      return Promise.resolve(
        page.map(({ sync: { id } }) => ({
          serviceName: "A",
          syncId: id,
          dueAtMs: ago(1),
          hasFailed: false,
        })),
      );
    };
    for (const one of all) deps.outbox.leases.set(one.sync.id, one);
    assert.equal((await sweep(deps, [A])).published, 450);
    assert.equal(published.length, 450);
    assert.deepEqual(after, [undefined, "s199", "s399"]);
  });

  it("leaves what somebody else took", async () => {
    const { deps, published } = setUp(lease("s1", "A"));
    deps.outbox.take = () => Promise.resolve(undefined);
    const report = await sweep(deps, [A]);
    assert.deepEqual(published, []);
    assert.equal(report.published + report.failed + report.errors, 0);
  });

  describe("goes on with everything else when", () => {
    it("one sync cannot be published", async () => {
      const { deps } = setUp(lease("s1", "A"), lease("s2", "B"));
      let calls = 0;
      deps.publisher.publish = () =>
        Promise.allSettled([calls++ === 0 ? broken() : Promise.resolve("m1")]);
      const { published, failed, errors, expired } = await sweep(deps, [A, B]);
      assert.deepEqual([published, failed, expired, errors], [1, 1, 4, 0]);
    });

    it("one sync cannot be taken", async () => {
      const { deps, published, log } = setUp(lease("s1", "A"), lease("s2", "B"));
      const take = deps.outbox.take.bind(deps.outbox);
      deps.outbox.take = (...args) => (args[1] === "s1" ? broken() : take(...args));
      const { errors } = await sweep(deps, [A, B]);
      assert.equal(errors, 1);
      assert.equal(published.length, 1);
      assert.deepEqual(log.of("sweep.stepFailed"), [
        { step: "publish", service: "A", syncId: "s1", error: "Error: broken" },
      ]);
    });

    it("the outbox cannot be listed", async () => {
      const { deps, checked, expired } = setUp();
      deps.outbox.due = broken;
      const { errors } = await sweep(deps, [A, B]);
      assert.equal(errors, 1);
      assert.deepEqual([checked.length, expired.length], [2, 2]);
    });

    it("the check of one service fails", async () => {
      const { deps, expired } = setUp();
      const checked: string[] = [];
      const check: typeof deps.check = ({ serviceName }) => {
        checked.push(serviceName);
        return serviceName === "A" ? broken() : Promise.resolve({ outcome: "nothingNew" });
      };
      const { errors } = await sweep({ ...deps, check }, [A, B]);
      assert.equal(errors, 1);
      assert.deepEqual(checked, ["A", "B"]);
      // What no check has passed must stay: it may be due.
      assert.deepEqual(expired, ["B -3660s"]);
    });

    it("the expired events of one service cannot be removed", async () => {
      const { deps, checked } = setUp();
      const { removeExpired } = deps.window;
      deps.window.removeExpired = (...args) =>
        args[0].service === "A" ? broken() : removeExpired(...args);
      const report = await sweep(deps, [A, B]);
      assert.deepEqual([report.errors, report.expired], [1, 2]);
      assert.deepEqual(checked, ["A", "B"]);
    });
  });
});
