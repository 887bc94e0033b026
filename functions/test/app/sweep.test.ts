import assert from "node:assert/strict";
import { ContentionError } from "../../src/app/checkWindow.ts";
import { mock } from "node:test";
import { MessageBudget } from "../../src/app/messageBudget.ts";
import { sweep } from "../../src/app/sweep.ts";
import type { CheckOutcome } from "../../src/app/checkWindow.ts";
import type { Lease, Publisher, Window } from "../../src/app/ports.ts";
import { latestExpired } from "../../src/domain/expiry.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { ago, lease as leaseOn, member, rule, sync, syncEndpoint } from "../support/factories.ts";
import {
  countingWindow,
  fakeClock,
  fakeEventLog,
  fakeOutbox,
  fakeServiceState,
  noOpenWindows,
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
  const publisher: Publisher = {
    publish: ({ topic, messages }) => {
      published.push(topic);
      return Promise.allSettled(messages.map(() => Promise.resolve("m1")));
    },
  };
  const deps = {
    clock,
    log,
    openWindows: noOpenWindows,
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
    publisher,
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
      expireMs: 0,
      durationMs: 0,
      oldestUnpublishedSeconds: 0,
    });
    assert.equal(published.length, 2);
    assert.deepEqual(deps.outbox.marks, ["published s1 as m1", "published s2 as m1"]);
    assert.deepEqual(checked, ["A", "B"]);
    assert.deepEqual(expired, ["A -3660s", "B -3660s"]);
    assert.equal(log.of("sweep.finished").length, 1);
  });

  it("says how long all of it took, and what of that was for removing what is expired", async () => {
    const { deps } = setUp(lease("s1", "A"));
    const { window, clock, outbox } = deps;
    const removeExpired: Window["removeExpired"] = (...query) => {
      clock.advance(40);
      return window.removeExpired(...query);
    };
    const markPublished: typeof outbox.markPublished = (...marks) => {
      clock.advance(300);
      return outbox.markPublished(...marks);
    };
    const slow = {
      ...deps,
      window: { ...window, removeExpired },
      outbox: { ...outbox, markPublished },
    };
    const { expireMs, durationMs } = await sweep(slow, [A]);
    assert.ok(expireMs >= 40 && durationMs >= 340, `${String(expireMs)} of ${String(durationMs)}`);
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

  it("counts the syncs that its checks made", async () => {
    const { deps } = setUp();
    const leases = [lease("s1", "A"), lease("s2", "A")];
    const fired = { outcome: "fired", leases, claims: [], more: false } as const;
    const { fired: count } = await sweep({ ...deps, check: () => Promise.resolve(fired) }, [A, B]);
    assert.equal(count, 4);
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

  describe("publishes a dead letter that has waited", () => {
    const deadLetter = leaseOn(
      sync([syncEndpoint("a", [])], {
        serviceName: "A",
        destination: "deadLetter",
        topic: "projects/p-old/topics/dead",
      }),
    );

    it("to the dead-letter topic that is configured now, not to the target", async () => {
      const { deps, published } = setUp(deadLetter);
      const topic = "projects/p-new/topics/dead";
      const deadline = { seconds: 60, then: "deadLetter" } as const;
      await sweep(deps, [rule({ ...A, deadline, deadLetterPubSub: { topic } })]);
      assert.deepEqual(published, [topic]);
    });

    it("to the topic of its time where none is configured any more", async () => {
      const { deps, published } = setUp(deadLetter);
      await sweep(deps, [A]);
      assert.deepEqual(published, ["projects/p-old/topics/dead"]);
    });
  });

  it("leaves the other syncs of a service for the next time once one cannot be published", async () => {
    const stuck = Array.from({ length: 50 }, (_, index) => lease(`a${String(index)}`, "A"));
    const { deps } = setUp(...stuck, lease("b", "B", "projects/p-b/topics/good"));
    const good = rule({
      serviceName: "B",
      targetPubSub: { topic: "projects/p-b/topics/good" },
    });
    const refused: number[] = [];
    deps.publisher.publish = ({ topic, messages }) => {
      if (topic === good.targetPubSub.topic) return Promise.allSettled([Promise.resolve("m1")]);
      refused.push(messages.length);
      return broken();
    };
    const { published, failed } = await sweep(deps, [A, good]);
    assert.deepEqual([published, failed], [1, 1]);
    assert.deepEqual(refused, [1]);
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
          isNewer: false,
        })),
      );
    };
    for (const one of all) deps.outbox.leases.set(one.sync.id, one);
    assert.equal((await sweep(deps, [A])).published, 450);
    // Of each page the oldest, then the others by tens.
    assert.equal(published.length, 2 * (1 + 20) + (1 + 5));
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
      deps.outbox.take = (...args) => (args[0].syncId === "s1" ? broken() : take(...args));
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

    it("others are at work on a window: that passes, and is no error", async () => {
      const { deps, expired, log } = setUp();
      const check: typeof deps.check = ({ serviceName }) =>
        serviceName === "A"
          ? Promise.reject(new ContentionError("A"))
          : Promise.resolve({ outcome: "nothingNew" });
      const { errors, skipped } = await sweep({ ...deps, check }, [A, B]);
      assert.deepEqual([errors, skipped], [0, 1]);
      assert.deepEqual(expired, ["B -3660s"]);
      assert.equal(log.of("sweep.stepFailed").length, 0);
      assert.equal(log.of("sweep.stepPostponed")[0]?.["service"], "A");
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

  describe("tells how old the oldest unpublished sync is", () => {
    it("and that all are published", async () => {
      const { deps, log } = setUp();
      assert.equal((await sweep(deps, [A])).oldestUnpublishedSeconds, 0);
      assert.equal(log.of("sweep.finished")[0]?.["oldestUnpublishedSeconds"], 0);
    });

    for (const [seconds, errors] of [
      [3600, 0],
      [3601, 1],
    ] as const) {
      it(`and ${errors === 0 ? "no error" : "an error"} at ${String(seconds)} s`, async () => {
        const { deps, log } = setUp();
        const oldest = { serviceName: "A", syncId: "s1", createdAtMs: ago(seconds) };
        deps.outbox.oldest = () => Promise.resolve(oldest);
        assert.equal((await sweep(deps, [A])).oldestUnpublishedSeconds, seconds);
        assert.deepEqual(
          log.of("outbox.overdue"),
          Array(errors).fill({ service: "A", syncId: "s1", ageSeconds: seconds }),
        );
      });
    }

    it("or that it is not known", async () => {
      const { deps } = setUp();
      deps.outbox.oldest = broken;
      const { oldestUnpublishedSeconds, errors } = await sweep(deps, [A]);
      assert.deepEqual([oldestUnpublishedSeconds, errors], [undefined, 1]);
    });
  });

  describe("with services that are slow", () => {
    const SERVICES = Array.from({ length: 20 }, (_, index) =>
      rule({ serviceName: `s${String(index)}` }),
    );
    const never = <T>(): Promise<T> => new Promise(() => undefined);

    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout"] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    /** Lets so many seconds pass, for timers and for the clock. */
    async function pass(deps: ReturnType<typeof setUp>["deps"], seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        await settle();
        deps.clock.advance(1000);
        mock.timers.tick(1000);
      }
      await settle();
    }

    it("gives each of the others its turn", async () => {
      const { deps } = setUp();
      const checked: string[] = [];
      const check: typeof deps.check = ({ serviceName }) => {
        checked.push(serviceName);
        return Number(serviceName.slice(1)) < 8
          ? never()
          : Promise.resolve({ outcome: "nothingNew" });
      };
      const report = sweep({ ...deps, check }, SERVICES);
      await pass(deps, 31);
      assert.deepEqual((await report).errors, 8);
      assert.deepEqual(new Set(checked), new Set(SERVICES.map(({ serviceName }) => serviceName)));
    });

    it("ends in time even if nothing ever answers, and says what it left", async () => {
      const { deps, log } = setUp(lease("s1", "A"));
      const outbox = { ...deps.outbox, take: never, oldest: never };
      const window = { ...deps.window, removeExpired: never };
      let report: Awaited<ReturnType<typeof sweep>> | undefined;
      void sweep({ ...deps, check: never, outbox, window }, SERVICES).then(
        (finished) => (report = finished),
      );
      await pass(deps, 119);
      assert.ok(report !== undefined, "it would run into the function's limit");
      // Eight checks, after 30 s eight more, the relay and the age; nothing is removed unchecked.
      assert.deepEqual([report.errors, report.skipped], [18, SERVICES.length - 16]);
      assert.equal(log.of("sweep.finished").length, 1);
      assert.match(String(log.of("sweep.stepFailed")[0]?.["error"]), /not done after 30 s/);
    });

    it("begins with others each minute, until each was among the first", async () => {
      const first = new Set<string>();
      for (let minute = 0; minute < 5; minute++) {
        const { deps } = setUp();
        deps.clock.advance(minute * 60_000);
        const checked: string[] = [];
        const check: typeof deps.check = ({ serviceName }) => {
          checked.push(serviceName);
          return never();
        };
        const report = sweep({ ...deps, check }, SERVICES);
        await pass(deps, 1);
        assert.equal(checked.length, 8);
        for (const serviceName of checked) first.add(serviceName);
        await pass(deps, 100);
        await report;
      }
      assert.equal(first.size, SERVICES.length);
    });

    it("leaves syncs for which there is no room, and calls none of them failed", async () => {
      const members = [member("e1", 8_900_000)];
      const large = sync([syncEndpoint("a", members)], { id: "large", serviceName: "A" });
      const { deps, log } = setUp(leaseOn(large), lease("s2", "A"));
      void deps.budget.run({ bytes: 15_000_000, events: 0 }, 1, never); // and does not give it back
      const report = sweep(deps, [A]);
      await pass(deps, 46);
      const { published, failed, errors, skipped } = await report;
      assert.deepEqual([published, failed, errors], [0, 0, 0]);
      assert.deepEqual(deps.outbox.marks, []);
      assert.deepEqual([log.of("sync.postponed").length, skipped], [1, 1]);
    });

    it("takes no more syncs than it has time for", async () => {
      const all = Array.from({ length: 30 }, (_, index) =>
        lease(`s${String(index)}`, `S${String(index)}`),
      );
      const { deps } = setUp(...all);
      deps.publisher.publish = () => {
        deps.clock.advance(10_000);
        return Promise.allSettled([Promise.resolve("m1")]);
      };
      const { published, skipped } = await sweep(deps, []);
      assert.ok(published >= 5 && published <= 5 + 8, String(published));
      assert.ok(published + skipped >= 30 - 8, String(skipped));
    });
  });
});

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
