import { PubSub } from "@google-cloud/pubsub";
import assert from "node:assert/strict";
import { makePublisher } from "../../src/adapters/pubsub/publisher.ts";
import { buildMessage, toMessageEvent } from "../../src/domain/syncMessage.ts";
import { event, member, sync, syncEndpoint } from "../support/factories.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";
import { subscribe } from "../support/subscriber.ts";

const MESSAGE = buildMessage(
  sync([syncEndpoint("a", [member("e1")])], { serviceName: "é à" }),
  new Map([["a", [toMessageEvent(event({ id: "e1", content: "<&> \u2028 😀" }))]]]),
);

describe("Publisher on Pub/Sub", () => {
  let pubsub: PubSub;
  beforeEach(() => {
    emulatorVariable("PUBSUB_EMULATOR_HOST");
    pubsub = new PubSub({ projectId: uniqueProject() });
  });
  afterEach(() => pubsub.close());

  it("publishes the message as JSON, with its three attributes, to a topic of any project", async () => {
    const topic = `projects/${uniqueProject()}/topics/target`;
    const subscriber = await subscribe(topic);
    try {
      const messageId = await makePublisher(pubsub).publish(topic, MESSAGE);
      assert.match(messageId, /^\d+$/);
      const [received] = await subscriber.waitForCount(1);
      assert.equal(received?.data, JSON.stringify(MESSAGE));
      assert.deepEqual(received.attributes, {
        serviceName: "é à",
        eventID: MESSAGE.eventID,
        triggerType: "window",
      });
    } finally {
      await subscriber.close();
    }
  });

  it("sends each message at once, without waiting for others", async () => {
    const topic = `projects/${uniqueProject()}/topics/target`;
    await pubsub.createTopic(topic);
    const publisher = makePublisher(pubsub);
    const ids = await Promise.all([
      publisher.publish(topic, MESSAGE),
      publisher.publish(topic, MESSAGE),
    ]);
    assert.equal(new Set(ids).size, 2);
  });

  it("throws if there is no such topic", async () => {
    const publishing = makePublisher(pubsub).publish("projects/demo-nobody/topics/none", MESSAGE);
    await assert.rejects(publishing, { code: 5 });
  });
});
