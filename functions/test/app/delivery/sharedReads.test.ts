import assert from "node:assert/strict";

import { SharedReads } from "../../../src/app/delivery/sharedReads.ts";
import type { EventLog } from "../../../src/app/ports.ts";
import type { Deliveries, FoundSync } from "../../../src/app/ports/deliveries.ts";
import type { Delivery } from "../../../src/domain/delivery.ts";
import type { MessageEvent } from "../../../src/domain/syncMessage.ts";
import { deliveryOf } from "../../support/deliveries.ts";
import { sync } from "../../support/factories.ts";

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Requests that wait until a test answers them, all but those of which there is nothing. */
function setUp() {
  const asked: string[][] = [];
  const answers: (() => void)[] = [];
  const request = async <T>(ids: readonly string[], answer: (id: string) => T): Promise<T[]> => {
    asked.push([...ids]);
    await new Promise<void>((resolve) => answers.push(resolve));
    if (ids.includes("broken")) throw new Error("unavailable");
    return ids.map(answer);
  };
  const deliveries: Pick<Deliveries, "syncsOf"> = {
    syncsOf: (some) =>
      request(
        some.map(({ syncId }) => syncId),
        (id): FoundSync => (id === "gone" ? "gone" : sync([], { id })),
      ),
  };
  const events: Pick<EventLog, "read"> = {
    read: async ({ eventIds }) => {
      const read = await request(
        eventIds,
        (id) => [id, { id } as unknown as MessageEvent] as const,
      );
      return new Map(read.filter(([id]) => id !== "gone"));
    },
  };
  const reads = new SharedReads(deliveries as Deliveries, events as EventLog);
  return {
    asked,
    answer: async () => {
      for (const each of answers.splice(0)) each();
      await settle();
    },
    syncs: async (...some: readonly Delivery[]) =>
      (await reads.syncsOf(some)).map((one) => (typeof one === "string" ? one : one.id)),
    events: async (...ids: readonly string[]) => [...(await reads.events("svc", ids)).keys()],
  };
}

const of = (syncId: string): Delivery => deliveryOf({ syncId });

describe("what deliveries are made of", () => {
  it("is read together with what others ask for while a request is under way", async () => {
    const { asked, answer, syncs } = setUp();
    const all = [syncs(of("s1")), syncs(of("s2"), of("gone")), syncs(of("s3"))];
    assert.deepEqual(asked, [["s1"]]);
    await answer();
    assert.deepEqual(asked, [["s1"], ["s2", "gone", "s3"]]);
    await answer();
    assert.deepEqual(await Promise.all(all), [["s1"], ["s2", "gone"], ["s3"]]);
  });

  it("is handed to each without what the others asked for, and no event is read twice", async () => {
    const { asked, answer, events } = setUp();
    const all = [events("e1"), events("e2", "gone"), events("e3", "e2")];
    await answer();
    await answer();
    assert.deepEqual(asked, [["e1"], ["e2", "gone", "e3"]]);
    assert.deepEqual(await Promise.all(all), [["e1"], ["e2"], ["e3", "e2"]]);
  });

  it("is read by each alone where one of them cannot be read, and only that one is told", async () => {
    const { asked, answer, syncs, events } = setUp();
    const all = [syncs(of("s1")), syncs(of("s2")), syncs(of("broken"))];
    const others = [events("e1"), events("e2"), events("broken")];
    const outcomes = Promise.allSettled([...all, ...others]);
    for (let round = 0; round < 3; round++) await answer();
    const told = (await outcomes).map(({ status }) => status);
    assert.deepEqual(told, Array(2).fill(["fulfilled", "fulfilled", "rejected"]).flat());
    assert.deepEqual(asked.slice(-4), [["s2"], ["broken"], ["e2"], ["broken"]]);
  });

  it("waits for nobody, and holds up nobody, if it is much", async () => {
    const { asked, answer, syncs, events } = setUp();
    const many = Array.from({ length: 51 }, (_, index) => String(index));
    const all = [syncs(of("s1")), syncs(...many.map(of)), events("e1"), events(...many)];
    assert.deepEqual(
      asked.map(({ length }) => length),
      [1, 51, 1, 51],
    );
    await answer();
    assert.deepEqual((await Promise.all(all))[3], many);
  });

  it("takes no request where nothing is asked for", async () => {
    const { asked, syncs } = setUp();
    assert.deepEqual([await syncs(), asked], [[], []]);
  });
});
