import assert from "node:assert/strict";

import { jsonPage } from "../../../src/adapters/http/jsonPage.ts";

describe("a page of a log as JSON", () => {
  for (const count of [0, 1, 3]) {
    it(`is what it would be at once, with ${String(count)} syncs`, () => {
      const syncs = Array.from({ length: count }, (_, offset) => ({ offset, message: undefined }));
      const page = { service: "s", syncs, next: count };
      assert.deepEqual(JSON.parse([...jsonPage(page)].join("")), JSON.parse(JSON.stringify(page)));
    });
  }

  it("is made piece by piece: one large sync at a time, small ones together", () => {
    const sync = (size: number) => ({ text: "x".repeat(size) });
    const syncs = [sync(10), sync(10), sync(100_000), sync(100_000), sync(10)];
    const pieces = [...jsonPage({ syncs, next: 5 })].map(({ length }) => length);
    assert.deepEqual(
      pieces.map((length) => Math.round(length / 100_000)),
      [1, 1, 0],
    );
  });
});
