import assert from "node:assert/strict";

import { makeFlushing } from "../../../src/adapters/telemetry/flush.ts";

const LIMIT_MS = 20;

function flushing(flush: () => Promise<void>) {
  const failures: string[] = [];
  let nowMs = 0;
  let flushes = 0;
  const run = makeFlushing({
    flush: () => {
      flushes++;
      return flush();
    },
    ...{ limitMs: LIMIT_MS, restMs: 30_000, clock: () => nowMs },
    onFailed: (error) => failures.push(error),
  });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { run, failures, pass, flushes: () => flushes };
}

describe("sending what there is to tell", () => {
  it("comes before the end of the last work that is under way, and of no other", async () => {
    const { run, flushes } = flushing(() => Promise.resolve());
    const first = Promise.withResolvers<undefined>();
    const running = run(() => first.promise);
    await run(() => Promise.resolve());
    assert.equal(flushes(), 0, "the instance has its CPU as long as the first runs");
    first.resolve(undefined);
    await running;
    assert.equal(flushes(), 1);
  });

  it("holds up one answer for its limit, then nobody for a while, and is told once", async () => {
    const { run, failures, flushes, pass } = flushing(() => new Promise(() => undefined));
    const beginMs = performance.now();
    assert.equal(await run(() => Promise.resolve("done")), "done");
    const waitedMs = performance.now() - beginMs;
    assert.ok(waitedMs >= LIMIT_MS - 2 && waitedMs < 50 * LIMIT_MS, String(waitedMs));
    await run(() => Promise.resolve());
    assert.equal(flushes(), 1);
    assert.deepEqual(failures, ["not sent within 20 ms"]);
    pass(30_000);
    await run(() => Promise.resolve());
    assert.equal(flushes(), 2);
  });

  it("changes nothing of what the work comes to", async () => {
    const { run, failures } = flushing(() => Promise.reject(new Error("refused")));
    assert.equal(await run(() => Promise.resolve(7)), 7);
    assert.deepEqual(failures, ["refused"]);
    await assert.rejects(
      run(() => Promise.reject(new Error("its own"))),
      /its own/,
    );
  });
});
