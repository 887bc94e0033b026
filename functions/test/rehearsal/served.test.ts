import assert from "node:assert/strict";

import { PubSub } from "@google-cloud/pubsub";

import { idOf } from "../../tools/rehearsal/fakeProject.ts";
import { toCloudEvent } from "../../testkit/hostile/cloudEvent.ts";
import { serveDeployed, type ServedFunction } from "../support/rehearsal/servedFunction.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

const PROJECT = "my-project";

describe("the archive, installed without development dependencies", () => {
  const served = new Map<string, ServedFunction>();

  before(async function () {
    this.timeout(WORLD_MS);
    assert.ok(process.env["FIRESTORE_EMULATOR_HOST"], "no emulators: npm run test:rehearsal");
    const { first, installed } = await rehearsed();
    const pubsub = new PubSub({ projectId: PROJECT });
    await pubsub.createTopic("synced");
    await pubsub.close();
    const { functions } = first.after;
    const ours = Object.values(functions).filter(({ name }) => idOf(name) !== "report");
    await Promise.all(
      ours.map(async (deployed) => {
        served.set(idOf(deployed.name), await serveDeployed(installed, deployed));
      }),
    );
  });

  after(() => {
    for (const each of served.values()) each.stop();
  });

  const send = async (name: string, path: string, init?: RequestInit): Promise<unknown> => {
    const { status, text } = await served.get(name)!.send(path, init);
    assert.ok(
      status < 300,
      `${name} answered ${String(status)}: ${text}\n${served.get(name)!.log()}`,
    );
    return text === "" ? undefined : JSON.parse(text);
  };

  it("serves config", async () => {
    const config = (await send("config", "/")) as { serviceName: string };
    assert.equal(config.serviceName, "orders");
  });

  it("serves event, which stores one", async () => {
    const stored = await send("event", "/entry1", { method: "POST", body: "first" });
    assert.equal((stored as { eventKey: string }).eventKey, "entry1");
  });

  it("serves checkWindow, which reads the delivery of a new marker", async () => {
    const { headers, body } = toCloudEvent(PROJECT, {
      serviceName: "orders",
      eventId: "0123456789abcdef01234567",
      eventKey: "entry1",
      receivedAtMs: Date.now(),
    });
    await send("checkWindow", "/", { method: "POST", headers, body: body.toString() });
  });

  it("serves trigger, which publishes", async () => {
    const sync = (await send("trigger", "/", { method: "POST" })) as { published: boolean };
    assert.equal(sync.published, true);
  });

  it("serves sweep", async () => {
    await send("sweep", "/", { method: "POST" });
  });

  for (const [name, method, problem] of [
    ["receipts", "POST", "no-receipts"],
    ["rates", "GET", "no-receipts"],
    ["pull", "GET", "unknown-target"],
  ] as const) {
    it(`serves ${name}, of which this configuration has none`, async () => {
      const { status, text } = await served.get(name)!.send("/", { method });
      assert.equal(status, 404);
      assert.ok(text.includes(`urn:eventsync:problem:${problem}"`), text);
    });
  }

  for (const name of ["deliveries", "status", "syncs", "events"]) {
    it(`serves ${name}, which looks at what is there`, async () => {
      const seen = (await send(name, "/")) as { service: string };
      assert.equal(seen.service, "orders");
    });
  }

  it("serves reset", async () => {
    const reset = (await send("reset", "/", { method: "POST" })) as { service: string };
    assert.equal(reset.service, "orders");
  });
});
