import assert from "node:assert/strict";

import { laneKeyOf, laneOf } from "../../src/domain/delivery.ts";
import { httpTarget, pullTarget } from "../support/targets.ts";

describe("the lane of a delivery", () => {
  it("is that of its key, where a target has those of each key in order", () => {
    const byKey = httpTarget("web", { ordered: "key" });
    assert.notEqual(laneOf(byKey, "1"), laneOf(byKey, "2"));
    assert.deepEqual([laneKeyOf(byKey, "1"), laneKeyOf(byKey, "2")], ["1", "2"]);
  });

  it("is one for all keys, and has none itself, where a target has all in order", () => {
    const lanes = [httpTarget("web", { ordered: "all" }), pullTarget("web")].map((target) => {
      assert.equal(laneOf(target, "1"), laneOf(target, "2"));
      assert.deepEqual([laneKeyOf(target, "1"), laneKeyOf(target, "2")], ["", ""]);
      return laneOf(target, "1");
    });
    assert.equal(new Set(lanes).size, 2, "a log shares its lane with a server of the same name");
  });

  it("is none where a target has them in any order", () => {
    assert.equal(laneOf(httpTarget("web"), "1"), undefined);
  });
});
