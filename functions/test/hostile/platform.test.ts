import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { sharedBuild } from "../support/hostile/build.ts";
import { toCloudEvent, toProtobuf } from "../support/hostile/cloudEvent.ts";
import { request } from "../support/hostile/fleet.ts";
import { FunctionServer, type LoggedLine } from "../support/hostile/functionServer.ts";
import { World } from "../support/hostile/world.ts";
import { waitFor } from "../support/waitFor.ts";

interface Case {
  readonly name: string;
  readonly headers?: Record<string, string>;
  readonly without?: readonly string[];
  readonly body?: string | Buffer;
  readonly eventKey?: string;
  readonly serviceName?: string;
}

const isOurs = ({ message }: LoggedLine): boolean => /pending\.ignored|delivery\.unr/.test(message);

const typed = (type: string): Record<string, string> => ({
  "content-type": type,
  "ce-datacontenttype": type,
});

const UNUSABLE: readonly Case[] = [
  { name: "of a service that is not configured", serviceName: "nobody" },
  { name: "of an endpoint that is not configured", eventKey: "nobody" },
  { name: "with an endpoint's name of 11 MB", eventKey: "x".repeat(11_000_000) },
  { name: "without data", body: "" },
  { name: "without a document", body: "{}" },
  { name: "whose data is null", body: "null" },
  { name: "whose data is a list", body: "[1, 2]" },
  { name: "whose data has another shape", body: '{"value": 7}' },
  { name: "whose fields are no values", body: '{"value": {"fields": {"eventKey": 7}}}' },
  { name: "whose fields are null", body: '{"value": {"fields": {"eventKey": null}}}' },
  { name: "whose times are no times", body: '{"value": {"fields": {}, "createTime": "noon"}}' },
  { name: "whose data is not JSON", body: "{" },
  { name: "whose data is not protobuf", headers: typed("application/protobuf"), body: "{x}" },
  { name: "of an unknown type", headers: typed("text/plain"), body: "hello" },
  { name: "whose compression is broken", headers: { "content-encoding": "gzip" }, body: "x" },
  { name: "without a document's name", without: ["ce-document"] },
  { name: "of another document", headers: { "ce-document": "elsewhere/x" } },
  {
    name: "whose path cannot be decoded",
    headers: { "ce-document": "services/%E0%A4%A/pending/x" },
  },
  { name: "that are no CloudEvents", without: ["ce-id", "ce-type", "ce-source", "ce-specversion"] },
];

const READABLE: readonly Case[] = [
  { name: "without a content type", without: ["content-type", "ce-datacontenttype"] },
  { name: "in a charset nobody knows", headers: { "content-type": "text/x; charset=klingon" } },
  { name: "compressed in a way nobody knows", headers: { "content-encoding": "klingon" } },
];

/** What the platform repeats for a day, unless it is answered with success. */
describe("trigger events that nobody can use", function () {
  this.timeout(60_000);
  let world: World;
  let rule: Rule;
  let server: FunctionServer;

  before(async () => {
    world = await World.open();
    rule = world.rule(["a", "b"]);
    server = await FunctionServer.start({
      build: await sharedBuild(),
      target: "checkWindow",
      projectId: world.projectId,
      config: [rule],
    });
  });
  after(async () => {
    await server.kill();
    await world.close();
  });

  const marker = (overrides: object = {}) => ({
    serviceName: rule.serviceName,
    eventId: "x",
    eventKey: "a",
    receivedAtMs: Date.now(),
    ...overrides,
  });

  for (const { name, headers = {}, without = [], body, ...overrides } of UNUSABLE) {
    it(`are acknowledged and reported: ${name}`, async () => {
      // Old: what is new may be of a configuration that this instance does not have yet.
      const receivedAtMs = Date.now() - 3_600_000;
      const event = toCloudEvent(world.projectId, marker({ receivedAtMs, ...overrides }));
      const all = Object.entries({ ...event.headers, ...headers });
      const kept = Object.fromEntries(all.filter(([header]) => !without.includes(header)));
      const before = server.reports.length;
      const { status, text } = await server.post("/", kept, body ?? event.body);
      assert.equal(status, 204, text);
      await waitFor("a report", () => server.reports.slice(before).find(isOurs));
    });
  }

  it("are not acknowledged while another instance may know their service", async () => {
    const event = toCloudEvent(world.projectId, marker({ serviceName: "nobody yet" }));
    const { status } = await server.post("/", event.headers, event.body);
    assert.equal(status, 500);
  });

  for (const { name, headers = {}, without = [] } of READABLE) {
    it(`are read all the same: ${name}`, async () => {
      const event = toCloudEvent(world.projectId, marker());
      const all = Object.entries({ ...event.headers, ...headers });
      const kept = Object.fromEntries(all.filter(([header]) => !without.includes(header)));
      await storePair();
      const before = world.receiver.of(rule.serviceName).length;
      const { status, text } = await server.post("/", kept, event.body);
      assert.equal(status, 204, text);
      await waitFor("the sync", () => world.receiver.of(rule.serviceName)[before]);
    });
  }

  it("are no hindrance to a delivery in protobuf, which is what the platform sends", async () => {
    const { headers, body } = toProtobuf(toCloudEvent(world.projectId, marker()));
    await storePair();
    const before = world.receiver.of(rule.serviceName).length;
    const { status, text } = await server.post("/", headers, body);
    assert.equal(status, 204, text);
    await waitFor("the sync", () => world.receiver.of(rule.serviceName)[before]);
  });

  async function storePair(): Promise<void> {
    const instance = world.instance([rule]);
    for (const key of ["a", "b"]) {
      await instance.run((engine) => engine.storeEvent(rule, request(key, "x")));
    }
  }
});
