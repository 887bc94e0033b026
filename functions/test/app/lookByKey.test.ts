import assert from "node:assert/strict";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { pendingFields } from "../../src/adapters/firestore/pendingDocument.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { lookByKey } from "../../src/app/operate/lookByKey.ts";
import type { LookDeps } from "../../src/app/operate/lookAtWindows.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import { silentLog } from "../../testkit/hostile/instance.ts";
import { ago, NOW, pending, rule } from "../support/factories.ts";

const KEYED = rule({ correlation: {} });

/** A key for each of these, with so many events that wait for another. */
async function world(sizes: readonly number[], seconds = 60) {
  const database = new MemoryDatabase();
  for (const [index, size] of sizes.entries()) {
    const writes = Array.from({ length: size }, (_, place) => {
      const event = pending({ eventKey: "a", receivedAtMs: ago(seconds) + place });
      const key = keyOf(index);
      return {
        kind: "create" as const,
        path: `services/${KEYED.serviceName}/pending/${event.id}`,
        fields: pendingFields(KEYED, { key, ...event }),
      };
    });
    await database.documents().commit(writes);
  }
  const reads = { documents: 0, queries: 0 };
  const documents: Documents = {
    ...database.documents(),
    async query(query) {
      const found = await database.documents().query(query);
      reads.documents += Math.max(1, found.length);
      reads.queries++;
      return found;
    },
  };
  const deps: LookDeps = {
    ...makeStorePorts(documents, silentLog),
    looks: makeWindowLooks(documents, silentLog),
    clock: () => NOW,
  };
  return { deps, reads };
}

const keyOf = (index: number): string => `k${String(index).padStart(4, "0")}`;

async function walk(deps: LookDeps, limit: number): Promise<[key: string, have: number][][]> {
  const pages: [string, number][][] = [];
  let after: string | undefined;
  do {
    const page = await lookByKey(deps, KEYED, { limit, after });
    pages.push(page.windows.map(({ key, endpoints }) => [key, endpoints[0]?.have ?? 0]));
    after = page.next;
  } while (after !== undefined);
  return pages;
}

describe("windows in the order of their keys", () => {
  const sizes = [1, 30, 2, 120, 1, 1, 1, 21, 20, 22, 1, 3, ...Array<number>(60).fill(1)];
  const all = sizes.map((size, index) => [keyOf(index), size]);

  for (const limit of [1, 2, 7, 50, 200]) {
    it(`are all told once, however many events they have (pages of ${String(limit)})`, async () => {
      const { deps } = await world(sizes);
      const pages = await walk(deps, limit);
      assert.deepEqual(pages.flat(), all);
      assert.ok(pages.every((page) => page.length <= limit));
    });
  }

  it("take one query for a page of small ones, and read each event once", async () => {
    const { deps, reads } = await world(Array<number>(300).fill(1));
    const { windows, next } = await lookByKey(deps, KEYED, { limit: 50, after: undefined });
    assert.equal(windows.length, 50);
    assert.equal(next, keyOf(49));
    assert.deepEqual(reads, { documents: 51, queries: 1 });
  });

  it("are those with an event in the period: what has left it is passed over", async () => {
    const { deps } = await world(Array<number>(150).fill(1), 100_000);
    const pages = await walk(deps, 10);
    assert.deepEqual(pages.flat(), []);
    // Each call passes over some, so that none takes long.
    assert.ok(pages.length > 1);
  });
});
