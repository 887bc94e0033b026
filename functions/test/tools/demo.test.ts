import assert from "node:assert/strict";

import { parseConfig } from "../../src/config/parse.ts";
import { demoEvents, type DemoEvent } from "../../tools/demo.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

describe("the events of scripts/start --demo", () => {
  const eventsOf = (service: object): DemoEvent[] =>
    demoEvents(parseConfig(JSON.stringify({ ...SEED_SERVICE, ...service })).services[0]);

  it("are those of the README, each with a content of its own", () => {
    const path = "/event/My%20First%20Event%20Sync";
    assert.deepEqual(eventsOf({}), [
      { path: `${path}/entry1?queryP=myQueryP`, method: "POST", body: "New test1" },
      { path: `${path}/entry2?queryP=myQueryP`, method: "POST", body: "New test2" },
    ]);
    const endpoints = [{ eventKey: "a", minNbOfOccurrence: 2 }, { eventKey: "b" }];
    const bodies = eventsOf({ endpoints }).map(({ body }) => body);
    assert.deepEqual(bodies, ["New test1", "New test2", "New test3"]);
  });

  it("have a key, where they need one, and are several even where they have an id", () => {
    const endpoints = [
      { eventKey: "a", minNbOfOccurrence: 2, key: { cloudEvent: "subject" } },
      { eventKey: "b" },
    ];
    const all = eventsOf({ correlation: { key: { body: "$.id" } }, endpoints });
    assert.deepEqual(
      all.map(({ headers }) => [headers?.["ce-subject"], headers?.["Idempotency-Key"]]),
      [
        ["test-1", "test1"],
        ["test-1", "test2"],
        [undefined, undefined],
      ],
    );
    assert.equal(all.at(-1)?.body, '{"id":"test-1"}');
  });
});
