import assert from "node:assert/strict";

import { LookAhead, type Prepared } from "../../../src/app/delivery/lookAhead.ts";
import { SharedReads } from "../../../src/app/delivery/sharedReads.ts";
import type { EventLog } from "../../../src/app/ports.ts";
import type { Deliveries, StoredDelivery } from "../../../src/app/ports/deliveries.ts";
import type { Sync } from "../../../src/domain/sync.ts";
import type { MessageEvent } from "../../../src/domain/syncMessage.ts";
import { deliveryOf } from "../../support/deliveries.ts";
import { member, sync, syncEndpoint } from "../../support/factories.ts";

const LANE: readonly StoredDelivery[] = Array.from({ length: 200 }, (_, index) => ({
  delivery: deliveryOf({ syncId: String(index) }),
  version: undefined,
}));

/** A lane whose syncs have an event each, of a size. */
function setUp({
  size = 100,
  known,
  broken,
}: { size?: number; known?: Sync; broken?: number } = {}) {
  const read: { readonly syncs: string[][]; readonly events: string[] } = { syncs: [], events: [] };
  const deliveries: Pick<Deliveries, "syncsOf"> = {
    syncsOf: (some) => {
      const ids = some.map(({ syncId }) => syncId);
      read.syncs.push(ids);
      if (ids.includes(String(broken))) return Promise.reject(new Error("unavailable"));
      return Promise.resolve(
        ids.map((id) => sync([syncEndpoint("a", [member(`e${id}`, size)])], { id })),
      );
    },
  };
  const events: Pick<EventLog, "read"> = {
    read: ({ eventIds }) => {
      read.events.push(...eventIds);
      const found = eventIds.map((id) => [id, { content: id } as unknown as MessageEvent] as const);
      return Promise.resolve(new Map(found));
    },
  };
  const reads = new SharedReads(deliveries as Deliveries, events as EventLog);
  const ahead = new LookAhead(reads, new Map(known && [[known.id, known]]));
  return {
    read,
    turn: (index: number): Promise<Prepared> =>
      ahead.turn(LANE[index] as StoredDelivery, LANE.slice(index + 1, index + 82)),
  };
}

const idOf = ({ sync: found }: Prepared): string => (typeof found === "string" ? found : found.id);

describe("a look ahead in a lane", () => {
  it("reads each once, together, and the further the more have arrived", async () => {
    const { read, turn } = setUp();
    const furthest: number[] = [];
    for (let index = 0; index < 100; index++) {
      const prepared = await turn(index);
      assert.equal(idOf(prepared), String(index));
      assert.ok(prepared.events?.has(`e${String(index)}`));
      await new Promise((resolve) => setImmediate(resolve));
      furthest.push(read.events.length - index - 1);
    }
    assert.deepEqual(furthest.slice(0, 3), [0, 2, 4]);
    assert.ok(Math.max(...furthest) <= 32, String(Math.max(...furthest)));
    assert.equal(new Set(read.events).size, read.events.length);
    assert.ok(read.syncs.length < 15, `${String(read.syncs.length)} requests`);
  });

  it("reads nothing in vain for one whose server fails", async () => {
    const { read, turn } = setUp();
    await turn(0);
    assert.deepEqual([read.syncs, read.events], [[["0"]], ["e0"]]);
  });

  it("does not read a sync that is known", async () => {
    const known = sync([syncEndpoint("a", [member("e0")])], { id: "0" });
    const { read, turn } = setUp({ known });
    assert.equal((await turn(0)).sync, known);
    assert.deepEqual([read.syncs, read.events], [[], ["e0"]]);
  });

  it("leaves the events of large ones until their turn, and looks no further", async () => {
    const { read, turn } = setUp({ size: 250_000 });
    for (let index = 0; index < 20; index++) {
      assert.deepEqual(Object.keys(await turn(index)), ["sync"]);
    }
    assert.deepEqual(read.events, []);
    assert.ok(Math.max(...read.syncs.map(({ length }) => length)) <= 3);
  });

  it("tells of one that cannot be read when its turn comes, and only then", async () => {
    const { turn } = setUp({ broken: 2 });
    for (const index of [0, 1]) assert.equal(idOf(await turn(index)), String(index));
    await assert.rejects(turn(2), /unavailable/);
    assert.equal(idOf(await turn(3)), "3");
  });
});
