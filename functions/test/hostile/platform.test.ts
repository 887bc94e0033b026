import assert from "node:assert/strict";

import type { Rule } from "../../src/domain/rule.ts";
import { sharedBuild } from "../../testkit/hostile/build.ts";
import {
  toCloudEvent,
  toProtobuf,
  type CloudEventRequest,
} from "../../testkit/hostile/cloudEvent.ts";
import { request } from "../../testkit/hostile/fleet.ts";
import { FunctionServer, type LoggedLine } from "../../testkit/functionServer.ts";
import { World } from "../../testkit/hostile/world.ts";
import { waitFor } from "../../testkit/waitFor.ts";

interface Case {
  readonly name: string;
  readonly headers?: Record<string, string>;
  readonly without?: readonly string[];
  readonly body?: string | Buffer;
  readonly eventKey?: string;
  readonly serviceName?: string;
  readonly ageMs?: number;
}

type Overrides = Pick<Case, "eventKey" | "serviceName" | "ageMs">;

const HOUR_MS = 3_600_000;

const isOurs = ({ message }: LoggedLine): boolean =>
  /pending\.(ignored|unreadable)|delivery\.unr/.test(message);

const typed = (type: string): Record<string, string> => ({
  "content-type": type,
  "ce-datacontenttype": type,
});

const UNUSABLE: readonly Case[] = [
  { name: "of a service that is not configured", serviceName: "nobody", ageMs: HOUR_MS },
  { name: "of an endpoint that is not configured", eventKey: "nobody", ageMs: HOUR_MS },
  { name: "with an endpoint's name of 11 MB", eventKey: "x".repeat(11_000_000), ageMs: HOUR_MS },
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
  {
    name: "of another document",
    body: JSON.stringify({
      value: { name: "projects/p/databases/(default)/documents/a/b", fields: {} },
    }),
  },
  { name: "that are no CloudEvents", without: ["ce-id", "ce-type", "ce-source", "ce-specversion"] },
];

const READABLE: readonly Case[] = [
  { name: "without a content type", without: ["content-type", "ce-datacontenttype"] },
  { name: "in a charset nobody knows", headers: { "content-type": "text/x; charset=klingon" } },
  { name: "compressed in a way nobody knows", headers: { "content-encoding": "klingon" } },
  { name: "without a path", without: ["ce-document"] },
  { name: "with the path of another document", headers: { "ce-document": "elsewhere/x" } },
  {
    name: "whose path cannot be decoded",
    headers: { "ce-document": "services/%E0%A4%A/pending/x" },
  },
];

/** Names that firebase-functions decodes to others, or not at all. */
const NAMES = [
  "é",
  "Ã©",
  "Кофе 中文 😀",
  "100%",
  "100%25",
  "%zz",
  "%C3%A9",
  "%2F",
  "a+b c",
  "robots.txt",
];

/** What the platform repeats for a day, unless it is answered with success. */
describe("trigger events that nobody can use", function () {
  this.timeout(60_000);
  let world: World;
  let rule: Rule;
  let named: Rule[];
  let server: FunctionServer;

  before(async () => {
    world = await World.open();
    rule = world.rule(["a", "b"]);
    named = NAMES.map((serviceName) => world.rule(["a", "b"], { serviceName }));
    server = await FunctionServer.start({
      source: (await sharedBuild()).directory,
      target: "checkWindow",
      projectId: world.projectId,
      env: { CONFIG: JSON.stringify([rule, ...named]) },
    });
  });
  after(async () => {
    await server.kill();
    await world.close();
  });

  const marker = ({ ageMs = 0, ...overrides }: Overrides = {}) => ({
    serviceName: rule.serviceName,
    eventId: "x",
    eventKey: "a",
    receivedAtMs: Date.now() - ageMs,
    ...overrides,
  });

  for (const { name, headers = {}, without = [], body, ...overrides } of UNUSABLE) {
    it(`are acknowledged and reported: ${name}`, async () => {
      const event = toCloudEvent(world.projectId, marker(overrides));
      const all = Object.entries({ ...event.headers, ...headers });
      const kept = Object.fromEntries(all.filter(([header]) => !without.includes(header)));
      const before = server.reports.length;
      const { status, text } = await server.post("/", kept, body ?? event.body);
      assert.equal(status, 204, text);
      await waitFor("a report", () => server.reports.slice(before).find(isOurs));
    });
  }

  for (const [what, overrides] of [
    ["service", { serviceName: "new" }],
    ["endpoint", { eventKey: "new" }],
  ] as const) {
    it(`are refused while they are new: an unknown ${what} may be one that is rolled out`, async () => {
      for (const encode of [(event: CloudEventRequest) => event, toProtobuf]) {
        const { headers, body } = encode(toCloudEvent(world.projectId, marker(overrides)));
        const { status } = await server.post("/", headers, body);
        assert.equal(status, 500);
      }
    });
  }

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

  const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
  for (const [index, name] of NAMES.entries()) {
    it(`are no hindrance to those of the service ${name}, however its path is written`, async () => {
      const service = named[index]!;
      const created = marker({ serviceName: name });
      const json = toCloudEvent(world.projectId, created);
      const path = encoded(`services/${name}/pending/x`);
      const percent = { ...json, headers: { ...json.headers, "ce-document": path } };
      for (const [times, { headers, body }] of [json, toProtobuf(json), percent].entries()) {
        await storePair(service);
        const { status, text } = await server.post("/", headers, body);
        assert.equal(status, 204, text);
        await waitFor("the sync", () => world.receiver.of(name)[times]);
      }
    });
  }

  async function storePair(service = rule): Promise<void> {
    const instance = world.instance([service]);
    for (const key of ["a", "b"]) {
      await instance.run((engine) => engine.storeEvent(service, request(key, "x")));
    }
  }
});
