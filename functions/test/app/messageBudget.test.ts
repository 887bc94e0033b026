import assert from "node:assert/strict";
import { mock } from "node:test";
import { MessageBudget } from "../../src/app/messageBudget.ts";

const LARGE = { bytes: 9_000_000, events: 10 };
const PATIENCE_MS = 1000;

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Pieces of work on messages, each of which goes on until it is told to end. */
function setUp() {
  const budget = new MessageBudget();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    end: (name: string) => ends.get(name)?.(),
    run: (name: string, message = LARGE, patienceMs = PATIENCE_MS) =>
      budget.run(message, patienceMs, () => {
        begun.push(name);
        return new Promise<string>((resolve) => {
          ends.set(name, () => {
            resolve(name);
          });
        });
      }),
  };
}

describe("MessageBudget", () => {
  it("lets two of the largest messages be built at a time, the others in order", async () => {
    const { begun, end, run } = setUp();
    const all = ["1", "2", "3", "4"].map((name) => run(name));
    await settle();
    assert.deepEqual(begun, ["1", "2"]);
    end("2");
    await settle();
    assert.deepEqual(begun, ["1", "2", "3"]);
    for (const name of ["1", "3"]) end(name);
    await settle();
    end("4");
    assert.deepEqual(await Promise.all(all), ["1", "2", "3", "4"]);
  });

  it("does not hold up small ones, by the hundred", async () => {
    const { begun, run } = setUp();
    for (let index = 0; index < 150; index++) {
      void run(String(index), { bytes: 5_000, events: 2 });
    }
    await settle();
    assert.equal(begun.length, 150);
  });

  it("counts what events take besides their content", async () => {
    const { begun, run } = setUp();
    for (const name of ["1", "2", "3"]) void run(name, { bytes: 100_000, events: 4_500 });
    await settle();
    assert.deepEqual(begun, ["1", "2"]);
  });

  it("lets even a message through that is larger than all of it, alone", async () => {
    const { begun, end, run } = setUp();
    const huge = run("huge", { bytes: 9_000_000, events: 45_000 });
    void run("next", { bytes: 0, events: 0 });
    await settle();
    assert.deepEqual(begun, ["huge"]);
    end("huge");
    assert.equal(await huge, "huge");
    await settle();
    assert.deepEqual(begun, ["huge", "next"]);
  });

  it("gives room back after a failure", async () => {
    const budget = new MessageBudget();
    const fail = (): Promise<never> => Promise.reject(new Error("broken"));
    for (let index = 0; index < 5; index++) {
      await assert.rejects(budget.run(LARGE, PATIENCE_MS, fail), /broken/);
    }
  });

  describe("without room in time", () => {
    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout"] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    it("gives up, without having begun, and takes no room later", async () => {
      const { begun, end, run } = setUp();
      for (const name of ["1", "2"]) void run(name);
      const late = run("late");
      await settle();
      mock.timers.tick(PATIENCE_MS);
      assert.equal(await late, undefined);
      for (const name of ["1", "2"]) end(name);
      await settle();
      for (const name of ["3", "4"]) void run(name);
      await settle();
      assert.deepEqual(begun, ["1", "2", "3", "4"]);
    });

    it("does not begin where there is no time at all", async () => {
      const { begun, run } = setUp();
      assert.equal(await run("late", LARGE, 0), undefined);
      assert.deepEqual(begun, []);
    });
  });
});
