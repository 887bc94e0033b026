import assert from "node:assert/strict";

import { isConflict } from "../../src/adapters/firestore/conflicts.ts";
import { REMOVED, type Documents, type Query } from "../../src/adapters/firestore/documents.ts";
import { describeInBoth } from "../support/bothStores.ts";

const at = (second: number): Date => new Date(1_700_000_000_000 + second * 1000);

describeInBoth("documents", (opened) => {
  let documents: Documents;
  beforeEach(() => {
    documents = opened();
  });

  const plant = (count: number, field = "at"): Promise<string> =>
    documents.commit(
      Array.from({ length: count }, (_, index) => ({
        kind: "create" as const,
        path: `c/p/items/i${String(index)}`,
        fields: { kind: index % 2 === 0 ? "even" : "odd", [field]: at(Math.floor(index / 2)) },
      })),
    );
  const pageOf = (overrides: Partial<Query> = {}): Query => ({
    from: { collection: "c/p/items" },
    orderBy: "at",
    direction: "asc",
    ...overrides,
  });
  const ids = async (query: Query): Promise<string[]> =>
    (await documents.query(query)).map(({ id }) => id);

  it("finds those of some names that are there", async () => {
    await plant(3);
    const found = await documents.find(["i2", "i9", "i0"].map((id) => `c/p/items/${id}`));
    assert.deepEqual(found.map(({ id }) => id).toSorted(), ["i0", "i2"]);
    assert.deepEqual(found, await documents.get(found.map(({ path }) => path)));
    assert.deepEqual(await documents.find([]), []);
  });

  it("tells documents by a field of a map", async () => {
    await documents.commit(
      ["even", "odd"].map((kind, index) => ({
        kind: "create" as const,
        path: `c/p/items/m${String(index)}`,
        fields: { of: { kind }, at: at(index) },
      })),
    );
    const odd = await ids(pageOf({ equal: { "of.kind": ["odd", "other"] } }));
    assert.deepEqual(odd, ["m1"]);
  });

  it("gives back what was written, with its version", async () => {
    const fields = {
      text: "é",
      number: 1.5,
      flag: false,
      nothing: null,
      time: at(0),
      bytes: Buffer.from([0, 255]),
      list: [{ name: "", values: ["x", "__x__"] }],
    };
    const version = await documents.commit([{ kind: "create", path: "c/d", fields }]);
    const [doc, none] = await documents.get(["c/d", "c/none"]);
    assert.deepEqual(doc?.fields, fields);
    assert.deepEqual([doc.id, doc.path, doc.version], ["d", "c/d", version]);
    assert.equal(none, undefined);
    assert.deepEqual(await documents.get([]), []);
  });

  it("updates only the named fields, and removes what is to be removed", async () => {
    await documents.commit([
      { kind: "create", path: "c/d", fields: { a: 1, b: { c: 1 }, gone: 1 } },
    ]);
    const version = await documents.commit([
      { kind: "update", path: "c/d", fields: { b: { d: 2 }, gone: REMOVED } },
    ]);
    const [doc] = await documents.get(["c/d"]);
    assert.deepEqual(doc?.fields, { a: 1, b: { d: 2 } });
    assert.equal(doc.version, version);
    await documents.commit([{ kind: "set", path: "c/d", fields: { z: 1 } }]);
    assert.deepEqual((await documents.get(["c/d"]))[0]?.fields, { z: 1 });
  });

  it("refuses what is not as a write expects it, with all that comes with it", async () => {
    const first = await documents.commit([{ kind: "create", path: "c/d", fields: { a: 1 } }]);
    const second = await documents.commit([{ kind: "update", path: "c/d", fields: { a: 2 } }]);
    assert.notEqual(first, second);
    const refused = [
      { kind: "create", path: "c/d", fields: {} },
      { kind: "update", path: "c/d", fields: { a: 3 }, version: first },
      { kind: "delete", path: "c/d", version: first },
      { kind: "update", path: "c/none", fields: { a: 3 } },
      { kind: "delete", path: "c/none", version: first },
    ] as const;
    for (const write of refused) {
      await assert.rejects(
        documents.commit([{ kind: "create", path: "c/other", fields: {} }, write]),
        (error) => isConflict(error),
        JSON.stringify(write),
      );
    }
    assert.equal((await documents.get(["c/other"]))[0], undefined);
    await documents.commit([
      { kind: "delete", path: "c/none" },
      { kind: "delete", path: "c/d", version: second },
    ]);
    assert.equal((await documents.get(["c/d"]))[0], undefined);
  });

  it("asks by equality in order, both ways, between bounds, up to a limit", async () => {
    await plant(8);
    assert.deepEqual(await ids(pageOf()), ["i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7"]);
    assert.deepEqual(await ids(pageOf({ equal: { kind: "odd" }, direction: "desc" })), [
      "i7",
      "i5",
      "i3",
      "i1",
    ]);
    assert.deepEqual(await ids(pageOf({ equal: { kind: ["odd", "none"] }, limit: 2 })), [
      "i1",
      "i3",
    ]);
    assert.deepEqual(await ids(pageOf({ above: at(0), upTo: at(2) })), ["i2", "i3", "i4", "i5"]);
    assert.deepEqual(await ids(pageOf({ limit: 2 })), ["i0", "i1"]);
    assert.equal(await documents.count(pageOf({ above: at(1) })), 4);
    assert.equal(await documents.count(pageOf({ limit: 3 })), 3);
  });

  it("goes on behind the last document of a page, also within one moment", async () => {
    await plant(5);
    for (const direction of ["asc", "desc"] as const) {
      const [first] = await documents.query(pageOf({ limit: 1, direction, select: [] }));
      const rest = await ids(pageOf({ after: first, direction }));
      assert.deepEqual([first?.id, ...rest], await ids(pageOf({ direction })));
    }
  });

  it("orders by strings and by numbers, within bounds of their kind, behind a place", async () => {
    const values = [3, 20, "b", "a/2", "a/10", "\u{10000}", "\uffff", at(0)];
    await documents.commit(
      values.map((value, index) => ({
        kind: "create" as const,
        path: `c/p/items/i${String(index)}`,
        fields: { lane: "l", place: value },
      })),
    );
    const byPlace: Query = {
      from: { collection: "c/p/items" },
      orderBy: "place",
      direction: "asc",
    };
    assert.deepEqual(await ids(byPlace), ["i0", "i1", "i7", "i4", "i3", "i2", "i6", "i5"]);
    assert.deepEqual(await ids({ ...byPlace, above: "a/10" }), ["i3", "i2", "i6", "i5"]);
    assert.deepEqual(await ids({ ...byPlace, upTo: "b" }), ["i4", "i3", "i2"]);
    assert.deepEqual(await ids({ ...byPlace, above: 3 }), ["i1"]);
    assert.deepEqual(await ids({ ...byPlace, upTo: 3, direction: "desc" }), ["i0"]);
    const after = { at: "a/2", path: "c/p/items/i3" };
    const equal = { lane: "l" };
    assert.deepEqual(await ids({ ...byPlace, equal, after, limit: 1 }), ["i2"]);
    const [first] = await documents.query({ ...byPlace, equal, limit: 1, select: [] });
    assert.deepEqual(await ids({ ...byPlace, equal, after: first, limit: 1 }), ["i1"]);
  });

  it("orders by several fields, and leaves out documents that lack one of them", async () => {
    const values = [
      ["k2", true, 1],
      ["k1", true, 2],
      ["k1", false, 3],
      ["k1", true, 1],
      ["k3", false, 1],
      ["k1", false, undefined],
    ] as const;
    await documents.commit(
      values.map(([key, sent, second], index) => ({
        kind: "create" as const,
        path: `c/p/items/i${String(index)}`,
        fields: { key, sent, ...(second !== undefined && { at: at(second) }) },
      })),
    );
    const byKey = pageOf({ orderBy: "key", thenBy: ["sent", "at"] });
    assert.deepEqual(await ids(byKey), ["i2", "i3", "i1", "i0", "i4"]);
    assert.deepEqual(await ids({ ...byKey, direction: "desc" }), ["i4", "i0", "i1", "i3", "i2"]);
    assert.deepEqual(await ids({ ...byKey, above: "k1", limit: 1 }), ["i0"]);
    const [, second] = await documents.query({ ...byKey, limit: 2, select: [] });
    assert.deepEqual(second?.fields, { key: "k1", sent: true, at: at(1) });
    assert.deepEqual(await ids({ ...byKey, after: second, limit: 2 }), ["i1", "i0"]);
  });

  it("reads only the fields that are asked for", async () => {
    await plant(1);
    const [doc] = await documents.query(pageOf({ select: [] }));
    assert.deepEqual(doc?.fields, { at: at(0) });
  });

  it("asks all collections of a name, and leaves out documents without the field", async () => {
    await documents.commit([
      { kind: "create", path: "s/one/items/x", fields: { at: at(1) } },
      { kind: "create", path: "s/two/items/y", fields: { at: at(0) } },
      { kind: "create", path: "s/two/items/z", fields: { other: at(0) } },
    ]);
    const query: Query = { from: { group: "items" }, orderBy: "at", direction: "asc" };
    const docs = await documents.query(query);
    assert.deepEqual(
      docs.map(({ path }) => path),
      ["s/two/items/y", "s/one/items/x"],
    );
    assert.equal((await documents.query({ ...query, after: docs[0] })).length, 1);
  });
});
