import assert from "node:assert/strict";

import { sampleEvent } from "../../console/sampleEvent.ts";
import { eventReader } from "../../src/adapters/http/eventRequest.ts";
import { correlate } from "../../src/config/correlation.ts";
import { parseConfig } from "../../src/config/parse.ts";

const SERVICE = {
  serviceName: "orders",
  trigger: { type: "window", observationPeriod: 60 },
  endpoints: [{ eventKey: "a" }],
  targetPubSub: { topic: "projects/my-project/topics/synced" },
};

describe("the sample of an event", () => {
  /** As the function `event` reads it. */
  const keyIn = (key: object): string | undefined => {
    const { services } = parseConfig(JSON.stringify({ ...SERVICE, correlation: { key } }));
    const [service] = services;
    const [endpoint] = service.endpoints;
    assert.ok(endpoint);
    const { query, headers, body } = sampleEvent(endpoint.key ?? service.correlation?.key);
    const rawHeaders = [["Content-Type", "application/json"], ...headers].flat();
    const read = eventReader({ method: "POST", url: `/a?${query}`, rawHeaders }, endpoint);
    const { events } = read(Buffer.from(JSON.stringify(body ?? { hello: "world" })));
    const [event] = events;
    assert.ok(event);
    return correlate(service, endpoint, event.request).key;
  };

  for (const place of [
    { header: "X-Order-Id" },
    { queryParam: "order id&=" },
    { body: "$.orderId" },
    { body: "$.order['the id']" },
    { body: '$["order"][2].id' },
    { body: "$[-3][0]" },
    { body: "/order/0/a~1b~0c" },
    { cloudEvent: "subject" },
    { cloudEvent: "orderid" },
    { cloudEvent: "source" },
    { pubSubAttribute: "orderId" },
  ]) {
    it(`has its key where it is looked for: ${JSON.stringify(place)}`, () => {
      assert.equal(keyIn(place), "test-1");
    });
  }

  it("has no list of a million items", () => {
    assert.equal(sampleEvent({ body: "$[1000000].id" }).body, undefined);
  });

  it("is any event at all where no key is needed", () => {
    const nothing = { query: "", headers: [], body: undefined, hasId: false };
    assert.deepEqual(sampleEvent(undefined), nothing);
  });
});
