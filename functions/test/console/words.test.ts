import assert from "node:assert/strict";

import { hashOf, placeOf } from "../../console/route.ts";
import {
  bytes,
  count,
  countdown,
  duration,
  offset,
  pretty,
  sentences,
  took,
  whyIgnored,
} from "../../console/words.ts";

describe("what the console says", () => {
  it("has durations in their two largest units", () => {
    const said = [0, 400, 1000, 59_600, 61_000, 3_600_000, 3_661_000, 7_500_000, 90_061_000];
    assert.deepEqual(said.map(duration), [
      ...["0 s", "0 s", "1 s", "1 min", "1 min 1 s"],
      ...["1 h", "1 h 1 min", "2 h 5 min", "1 d 1 h"],
    ]);
  });

  it("says why an event does not count, as far as that is known", () => {
    const detail = "No correlation key: the header “X-Order” is missing.";
    assert.equal(whyIgnored({ reason: "no-key", detail }), `no-key: ${detail}`);
    assert.equal(whyIgnored({ reason: "filter" }), "filter");
  });

  it("counts down as a clock does, never below nothing", () => {
    const said = [-5, 0, 900, 42_000, 725_000, 3_600_000, 86_400_000 * 2].map(countdown);
    assert.deepEqual(said, ["0:00", "0:00", "0:01", "0:42", "12:05", "1:00:00", "2 d"]);
  });

  it("has places in time, sizes, numbers and bodies", () => {
    assert.deepEqual([0, 12_340, 7_500_000, -1500].map(offset), [
      ...["+0.0 s", "+12.3 s", "+2 h 5 min", "−1.5 s"],
    ]);
    assert.deepEqual([120.4, 20_012].map(took), ["120 ms", "20.0 s"]);
    assert.deepEqual([12, 1200, 1_250_000].map(bytes), ["12 B", "1.2 kB", "1.3 MB"]);
    assert.deepEqual([count(1, "event"), count(1200, "event")], ["1 event", "1,200 events"]);
    assert.equal(pretty('{"a":1}'), '{\n  "a": 1\n}');
    assert.equal(pretty("<b>no JSON"), "<b>no JSON");
    assert.equal(sentences(["fires when a", "optional: b."]), "Fires when a. Optional: b.");
  });
});

describe("the addresses of the console's states", () => {
  it("lead back to where they come from, whatever a service is called", () => {
    for (const service of ["orders", "My First Event Sync", "a/b", "100%", "é#?", "api"]) {
      for (const [view, id] of [
        ["now"],
        ["deliveries"],
        ["syncs", "s/1"],
        ["events", "e 1"],
      ] as const) {
        assert.deepEqual(placeOf(hashOf(service, view, id)), { service, view, id });
      }
    }
  });

  it("are all services without a name, and a service where the rest is unknown", () => {
    const all = { service: undefined, view: "now", id: undefined };
    for (const hash of ["", "#", "#/"]) assert.deepEqual(placeOf(hash), all);
    assert.deepEqual(placeOf("#/orders/nonsense"), { ...all, service: "orders" });
    assert.deepEqual(placeOf("#/%zz"), { ...all, service: "%zz" });
  });
});
