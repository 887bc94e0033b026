import fc from "fast-check";
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

import type { Service } from "../../../client/src/service.ts";
import { stagedWrites, type StagedEvent } from "../../../client/src/stagedEvent.ts";
import { makeEventLog } from "../../src/adapters/firestore/eventLog.ts";
import { readEventRequest } from "../../src/adapters/http/eventRequest.ts";
import { storeEvent } from "../../src/app/storeEvent.ts";
import { correlate } from "../../src/config/correlation.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import { NOW } from "../support/factories.ts";
import { recordingLog } from "../support/recordingLog.ts";

const SERVICE = {
  serviceName: "svc",
  endpoints: [{ eventKey: "a" }, { eventKey: "b/c", keepHeaders: ["X-Api-Key"] }],
  trigger: { type: "window", observationPeriod: 3600 },
  targetPubSub: { topic: "projects/demo-eventsync/topics/target" },
};
const KEYED = { ...SERVICE, correlation: { key: { header: "X-Order" } } };
const LONG = { ...SERVICE, trigger: { type: "window", observationPeriod: 2_000_000 } };
const KEPT = { ...KEYED, retentionPeriod: 90_001 };

const EVENT: StagedEvent = { eventKey: "a", body: "hello" };

/** The documents of an event that comes over HTTP, by the code that is deployed. */
async function documentsOverHttp(config: object, { eventKey, ...event }: StagedEvent) {
  const { services } = parseConfig(JSON.stringify(config));
  const [service] = services;
  const endpoint = service.endpoints.find((one) => one.eventKey === eventKey)!;
  const rawHeaders = Object.entries(event.headers ?? {}).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  );
  const request = Object.assign(Readable.from([Buffer.from(event.body)]), {
    method: "POST",
    url: "/",
    headers: {},
    rawHeaders,
  }) as unknown as IncomingMessage;
  const { events } = await readEventRequest(request, endpoint);
  const accepted = events[0]!.request;
  const database = new MemoryDatabase();
  const log = recordingLog();
  const deps = { clock: () => NOW, newId: () => "random", log };
  await storeEvent({ ...deps, events: makeEventLog(database.documents(), log) }, service, {
    ...accepted,
    ...correlate(service, endpoint, accepted),
  });
  return new Map([...database.list("events"), ...database.list("pending")].map(pathAndFields));
}

const pathAndFields = ({ path, fields }: { path: string; fields: object }): [string, object] => [
  path,
  fields,
];

const documentsStaged = (config: Service, event: StagedEvent) =>
  new Map(stagedWrites(config, event, NOW).writes.map(pathAndFields));

const text = fc.string({ unit: "binary", maxLength: 40 });
const headerText = fc.stringMatching(/^[!-~]{1,20}$/);
const headers = fc.dictionary(
  fc.constantFrom("content-type", "X-A", "x-b", "accept-LANGUAGE"),
  fc.oneof(headerText, fc.array(headerText, { minLength: 1, maxLength: 3 })),
);
const body = fc.oneof(text, fc.json(), fc.uint8Array({ maxLength: 40 }));

describe("a staged event", () => {
  it("is stored in the same documents as one that came over HTTP, field by field", async () => {
    const configs = fc.constantFrom(SERVICE, KEYED, LONG, KEPT);
    const eventKeys = fc.constantFrom("a", "b/c");
    await fc.assert(
      fc.asyncProperty(
        ...[configs, eventKeys, headerText, headerText, body, headers],
        async (config, eventKey, idempotencyKey, order, content, others) => {
          const key = "correlation" in config ? { key: order } : {};
          const event = {
            ...{ eventKey, idempotencyKey, body: content, ...key },
            headers: {
              ...{ ...others, "Idempotency-Key": idempotencyKey, "X-Order": order },
              ...(eventKey === "b/c" && { "x-api-key": "kept" }),
            },
          };
          const wanted = await documentsOverHttp(config, event);
          assert.equal(wanted.size, 2);
          assert.deepEqual(documentsStaged(config, event), wanted);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is an event of its own each time, unless it is named", () => {
    const id = (event: StagedEvent): string => stagedWrites(SERVICE, event, NOW).eventId;
    assert.notEqual(id(EVENT), id(EVENT));
    assert.match(id(EVENT), /^[0-9a-f]{24}$/);
    const named = { ...EVENT, idempotencyKey: "A-1" };
    assert.equal(id(named), id({ ...named, idempotencyKey: " A-1 ", body: "other" }));
    assert.notEqual(id(named), id({ ...named, eventKey: "b/c" }));
    assert.notEqual(id({ ...EVENT, idempotencyKey: "" }), id({ ...EVENT, idempotencyKey: "" }));
  });

  it("holds what Firestore can hold, of text that is no Unicode", () => {
    // One name for both: what they are called decides on their shards.
    const named = { ...EVENT, idempotencyKey: "A-1" };
    const [event, marker] = documentsStaged(SERVICE, { ...named, body: "\ud800" }).values();
    const [same, size] = documentsStaged(SERVICE, { ...named, body: "\ufffd" }).values();
    assert.deepEqual(event, same);
    assert.deepEqual(marker, size);
  });

  const refusals: readonly [what: string, config: object, event: object, error: RegExp][] = [
    ["an endpoint that does not exist", SERVICE, { eventKey: "c" }, /unknown-endpoint.*“svc”.*"c"/],
    ["no endpoint", SERVICE, { eventKey: undefined }, /unknown-endpoint.*no endpoint nothing/],
    ["a key where there is no correlation", SERVICE, { key: "1" }, /invalid-key.*no correlation/],
    ["no key where there is one", KEYED, {}, /key-missing.*needs a key/],
    ["an empty key", KEYED, { key: "" }, /invalid-key The key is empty/],
    ["a key that is too long", KEYED, { key: "ä".repeat(501) }, /invalid-key.*longer than 1000/],
    ["a key that is no text", KEYED, { key: 42 }, /invalid-key The key is no text/],
    ["a body that is no text", SERVICE, { body: { a: 1 } }, /TypeError body: .*got object/],
    ["too large a body", SERVICE, { body: "x".repeat(1_048_576) }, /event-too-large.*1048576/],
    [
      "a credential",
      SERVICE,
      { headers: { AUTHORIZATION: "x" } },
      /TypeError headers: “AUTHORIZATION” holds a credential/,
    ],
    [
      "an endpoint with a filter",
      { ...SERVICE, endpoints: [{ eventKey: "a", filter: "true" }] },
      {},
      /invalid-configuration the endpoint “a” has a filter, which is not applied/,
    ],
    [
      "an endpoint with a schema",
      { ...SERVICE, endpoints: [{ eventKey: "a", schema: {} }] },
      {},
      /invalid-configuration the endpoint “a” has a schema/,
    ],
    ["a path as a service", { ...SERVICE, serviceName: "a/b" }, {}, /serviceName: .*"a\/b"/],
    ["no endpoints", { ...SERVICE, endpoints: undefined }, {}, /endpoints: .*got nothing/],
    ["no period", { ...SERVICE, trigger: undefined }, {}, /observationPeriod: .*got nothing/],
    ["too short a retention", { ...SERVICE, retentionPeriod: 90_000 - 1 }, {}, /at least 90000/],
  ];
  for (const [what, config, overrides, error] of refusals) {
    it(`is refused with ${what}`, () => {
      const stage = () => stagedWrites(config as Service, { ...EVENT, ...overrides }, NOW);
      assert.throws(stage, (thrown: Error & { code?: string }) => {
        assert.match(`${thrown.code ?? thrown.name} ${thrown.message}`, error);
        return true;
      });
    });
  }

  it("may name absent what the configuration may name absent", () => {
    const config = { ...SERVICE, retentionPeriod: null, correlation: null };
    const endpoints = [{ eventKey: "a", filter: "", schema: null, keepHeaders: null }];
    const event = { ...EVENT, idempotencyKey: "1" };
    assert.deepEqual(
      documentsStaged({ ...config, endpoints }, event),
      documentsStaged(SERVICE, event),
    );
  });
});
