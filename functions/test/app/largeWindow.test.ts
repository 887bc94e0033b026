import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { largeWindow } from "../../testkit/largeWindow.ts";

const EVENTS = 50_000;

describe("a window of 50,000 events and one", function () {
  this.timeout(60_000);

  it("is one sync, in as many steps as it takes, with linear work, and holds up no other", async () => {
    const figures = await largeWindow(EVENTS, { claimMs: 200 });
    const [message, ...others] = figures.messages;
    assert.deepEqual(others, []);
    const [a, b] = ["a", "b"].map((eventKey) => message?.events[eventKey]);
    assert.deepEqual([a?.numberOfEvents, b?.numberOfEvents], [EVENTS, 1]);
    const hash = createHash("md5");
    for (let index = 0; index <= EVENTS; index++) {
      hash.update(`e${String(index).padStart(19, "0")}`);
    }
    assert.equal(message?.eventID, hash.digest("hex"));
    const spanMs = Date.parse(b?.firstEventDate ?? "") - Date.parse(a?.firstEventDate ?? "");
    assert.equal(spanMs, 1_800_000);
    assert.equal(message.truncated?.numberOfEvents, EVENTS - (a?.events?.length ?? 0));
    // Besides the events of the message: each marker once, some pages again, and the parts.
    const sent = a?.events?.length ?? 0;
    assert.ok(figures.reads - sent < 1.25 * EVENTS, `${String(figures.reads)} reads`);
    assert.ok(figures.writes < 1.02 * EVENTS + 3 * figures.others.syncs * 3, "writes");
    assert.ok(figures.others.syncs > 0);
  });
});
