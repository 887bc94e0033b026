import { PubSub } from "@google-cloud/pubsub";
import assert from "node:assert/strict";
import { makePublisher } from "../../src/adapters/pubsub/publisher.ts";
import { buildMessage, toMessageEvent } from "../../src/domain/syncMessage.ts";
import { event, member, sync, syncEndpoint } from "../support/factories.ts";
import { tapGrpc } from "../../testkit/grpcTap.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";
import { Inbox } from "../../testkit/inbox.ts";

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
    const subscriber = await Inbox.create(topic);
    try {
      const [result] = await makePublisher(pubsub).publish(topic, [MESSAGE]);
      assert.match(String(result?.status === "fulfilled" && result.value), /^\d+$/);
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
    const results = await Promise.all([
      publisher.publish(topic, [MESSAGE]),
      publisher.publish(topic, [MESSAGE]),
    ]);
    assert.equal(idsOf(results.flat()).size, 2);
  });

  it("sends many in one request, and gives the id of each in their order", async () => {
    const topic = `projects/${uniqueProject()}/topics/target`;
    const subscriber = await Inbox.create(topic);
    let requests = 0;
    const undo = tapGrpc(({ method }) => {
      if (method === "Publish") requests++;
      return undefined;
    });
    try {
      const messages = Array.from({ length: 200 }, (_, index) => ({
        ...MESSAGE,
        eventID: String(index),
      }));
      const results = await makePublisher(pubsub).publish(topic, messages);
      assert.equal(requests, 1);
      const received = await subscriber.waitForCount(200);
      assert.equal(idsOf(results).size, 200);
      const sent = received.map(({ attributes }) => attributes["eventID"]);
      assert.deepEqual(sent.toSorted(), messages.map(({ eventID }) => eventID).toSorted());
    } finally {
      undo();
      await subscriber.close();
    }
  });

  it("says of each message if there is no such topic", async () => {
    const topic = "projects/demo-nobody/topics/none";
    const results = await makePublisher(pubsub).publish(topic, [MESSAGE, MESSAGE]);
    assert.deepEqual(
      results.map((result) => result.status === "rejected" && (result.reason as GrpcError).code),
      [5, 5],
    );
  });
});

interface GrpcError extends Error {
  readonly code: number;
}

function idsOf(results: readonly PromiseSettledResult<string>[]): Set<string> {
  return new Set(
    results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
  );
}
