import assert from "node:assert/strict";
import { mock } from "node:test";
import { Coalescer } from "../../src/app/coalescer.ts";

interface Run {
  readonly input: string;
  readonly hints: readonly string[];
  readonly finish: (result: string) => void;
  readonly fail: (error: Error) => void;
}

/** A coalescer whose every run waits until the test ends it. */
function manual(deadlineMs = 60_000): {
  coalescer: Coalescer<string, string, string>;
  runs: Run[];
} {
  const runs: Run[] = [];
  const coalescer = new Coalescer<string, string, string>((input, hints) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    runs.push({ input, hints: [...hints], finish: resolve, fail: reject });
    return promise;
  }, deadlineMs);
  return { coalescer, runs };
}

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("Coalescer", () => {
  it("runs one and lets one wait, whatever the number of callers", async () => {
    const { coalescer, runs } = manual();
    const first = coalescer.run("svc", "1");
    const others = ["2", "3", "4"].map((input) => coalescer.run("svc", input));
    assert.equal(runs.length, 1);

    runs[0]!.finish("one");
    assert.equal(await first, "one");
    assert.equal(runs.length, 2);
    runs[1]!.finish("two");
    assert.deepEqual(await Promise.all(others), ["two", "two", "two"]);
    assert.equal(runs.length, 2);
  });

  it("gives a caller during a run the result of a run that began after its call", async () => {
    const { coalescer, runs } = manual();
    const order: string[] = [];
    void coalescer.run("svc", "1");
    const second = coalescer.run("svc", "2").then((result) => order.push(result));
    runs[0]!.finish("begun before");
    await settle();
    order.push("first run is over");
    runs[1]!.finish("begun after");
    await second;
    assert.deepEqual(order, ["first run is over", "begun after"]);
  });

  it("gives callers during the second run a third one", async () => {
    const { coalescer, runs } = manual();
    void coalescer.run("svc", "1");
    const second = coalescer.run("svc", "2");
    runs[0]!.finish("one");
    await settle();
    const third = coalescer.run("svc", "3");
    assert.equal(runs.length, 2);
    runs[1]!.finish("two");
    assert.equal(await second, "two");
    runs[2]!.finish("three");
    assert.equal(await third, "three");
  });

  it("lets a caller that comes back the moment its run ends join the one that waits", async () => {
    const { coalescer, runs } = manual();
    const first = coalescer.run("svc", "1");
    const back = first.then(() => coalescer.run("svc", "back"));
    const second = coalescer.run("svc", "2");
    runs[0]!.finish("one");
    await first;
    await settle();
    assert.equal(runs.length, 2);
    runs[1]!.finish("two");
    assert.deepEqual(await Promise.all([back, second]), ["two", "two"]);
  });

  it("hands the hints of all who share a run to it, and of nobody else", async () => {
    const { coalescer, runs } = manual();
    const all = [coalescer.run("svc", "x", "a")];
    all.push(coalescer.run("svc", "x", "b"), coalescer.run("svc", "x"));
    all.push(coalescer.run("svc", "x", "c"), coalescer.run("svc", "x", "b"));
    assert.deepEqual(runs[0]!.hints, ["a"]);
    runs[0]!.finish("");
    await all[0];
    assert.deepEqual(runs[1]!.hints, ["b", "c"]);
    runs[1]!.finish("");
    await Promise.all(all);
  });

  it("keeps keys apart", () => {
    const { coalescer, runs } = manual();
    void coalescer.run("svc", "1");
    void coalescer.run("other", "2");
    assert.deepEqual(
      runs.map(({ input }) => input),
      ["1", "2"],
    );
  });

  it("starts afresh once nothing runs", async () => {
    const { coalescer, runs } = manual();
    const first = coalescer.run("svc", "1", "a");
    runs[0]!.finish("one");
    await first;
    const second = coalescer.run("svc", "2", "b");
    assert.deepEqual(runs[1]!.hints, ["b"]);
    runs[1]!.finish("two");
    assert.equal(await second, "two");
  });

  it("tells those who share a run that it failed, and runs for those who wait all the same", async () => {
    const { coalescer, runs } = manual();
    const first = coalescer.run("svc", "1");
    const second = coalescer.run("svc", "2");
    runs[0]!.fail(new Error("broken"));
    await assert.rejects(first, /broken/);
    runs[1]!.finish("two");
    assert.equal(await second, "two");
  });

  it("is not poisoned by a failure", async () => {
    const { coalescer, runs } = manual();
    const first = coalescer.run("svc", "1");
    runs[0]!.fail(new Error("broken"));
    await assert.rejects(first, /broken/);
    const second = coalescer.run("svc", "2");
    runs[1]!.finish("two");
    assert.equal(await second, "two");
  });

  describe("with a run that never ends", () => {
    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout"] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    it("tells those who share it, and runs for those who wait", async () => {
      const { coalescer, runs } = manual(1000);
      const first = coalescer.run("svc", "1");
      const waiting = ["2", "3"].map((input) => coalescer.run("svc", input));
      mock.timers.tick(999);
      await settle();
      assert.equal(runs.length, 1);
      mock.timers.tick(1);
      await assert.rejects(first, { name: "TimeoutError", message: /svc.* 1 s/ });
      await settle();
      assert.equal(runs.length, 2);
      runs[1]!.finish("two");
      assert.deepEqual(await Promise.all(waiting), ["two", "two"]);
    });

    it("frees its slot for those who come later, and hears no more of it", async () => {
      const { coalescer, runs } = manual(1000);
      const first = coalescer.run("svc", "1");
      mock.timers.tick(1000);
      await assert.rejects(first, { name: "TimeoutError" });
      const second = coalescer.run("svc", "2");
      runs[0]!.fail(new Error("late"));
      await settle();
      runs[1]!.finish("two");
      assert.equal(await second, "two");
    });
  });

  it("never runs two at a time for one key, under any interleaving of callers", async () => {
    let running = 0;
    let most = 0;
    let begun = 0;
    const coalescer = new Coalescer<number, number, number>(async (calledAt) => {
      const mine = ++begun;
      assert.ok(mine > calledAt - 200);
      most = Math.max(most, ++running);
      for (let turn = 0; turn < mine % 5; turn++) await Promise.resolve();
      running--;
      return mine;
    }, 60_000);
    const callers = Array.from({ length: 200 }, async (_, index) => {
      for (let turn = 0; turn < (index * 7) % 31; turn++) await Promise.resolve();
      const before = begun;
      const result = await coalescer.run("svc", before);
      assert.ok(result > before, `a run that began before the call: ${String(result)}`);
    });
    await Promise.all(callers);
    assert.equal(most, 1);
    assert.ok(begun < 100, `${String(begun)} runs for 200 callers`);
  });
});
