import { PubSub, type Topic } from "@google-cloud/pubsub";
import assert from "node:assert/strict";
import { makePublisher } from "../../src/adapters/pubsub/publisher.ts";
import { attributesOf } from "../../src/domain/publication.ts";
import { buildMessage, toMessageEvent } from "../../src/domain/syncMessage.ts";
import { completionOf } from "../../src/domain/sync.ts";
import { event, member, rule, sync, syncEndpoint } from "../support/factories.ts";
import { tapGrpc } from "../../testkit/grpcTap.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { waitFor } from "../../testkit/waitFor.ts";

const MESSAGE = buildMessage(
  sync([syncEndpoint("a", [member("e1")])], {
    serviceName: "é à",
    key: "order 7",
    completion: completionOf(rule().condition, [], "manual"),
  }),
  new Map([["a", [toMessageEvent(event({ id: "e1", content: "<&> \u2028 😀" }))]]]),
);

describe("Publisher on Pub/Sub", () => {
  let pubsub: PubSub;
  beforeEach(() => {
    emulatorVariable("PUBSUB_EMULATOR_HOST");
    pubsub = new PubSub({ projectId: uniqueProject() });
  });
  afterEach(() => pubsub.close());

  it("publishes the message as JSON, with its attributes, to a topic of any project", async () => {
    const topic = `projects/${uniqueProject()}/topics/target`;
    const subscriber = await Inbox.create(topic);
    try {
      const [result] = await makePublisher(pubsub).publish({ topic, messages: [MESSAGE] });
      assert.match(String(result?.status === "fulfilled" && result.value), /^\d+$/);
      const [received] = await subscriber.waitForCount(1);
      assert.equal(received?.data, JSON.stringify(MESSAGE));
      assert.deepEqual(received.attributes, {
        serviceName: "é à",
        eventID: MESSAGE.eventID,
        triggerType: "window",
        reason: "manual",
        key: "order 7",
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
      publisher.publish({ topic, messages: [MESSAGE] }),
      publisher.publish({ topic, messages: [MESSAGE] }),
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
      const results = await makePublisher(pubsub).publish({ topic, messages });
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

  it("publishes a CloudEvent in binary mode where that is asked for", async () => {
    const topic = `projects/${uniqueProject()}/topics/target`;
    const subscriber = await Inbox.create(topic);
    try {
      await makePublisher(pubsub).publish({ topic, messages: [MESSAGE], format: "cloudevents" });
      const [received] = await subscriber.waitForCount(1);
      assert.equal(received?.data, JSON.stringify(MESSAGE));
      assert.deepEqual(received.attributes, attributesOf(MESSAGE, "cloudevents"));
      assert.equal(received.attributes["ce-id"], MESSAGE.eventID);
    } finally {
      await subscriber.close();
    }
  });

  describe("by key", () => {
    const keyed = (key: string, eventID: string) => ({ ...MESSAGE, key, eventID });
    const by = { orderingKey: "key" } as const;

    it("sends the correlation key as the ordering key, in order, and without one where there is none", async () => {
      const topic = `projects/${uniqueProject()}/topics/target`;
      await pubsub.createTopic(topic);
      const requests: { orderingKey: string; eventID: string | undefined }[][] = [];
      const undo = tapGrpc(({ method, request }) => {
        const { messages = [] } = request as { messages?: PublishedMessage[] };
        if (method !== "Publish") return undefined;
        requests.push(
          messages.map(({ orderingKey, attributes }) => ({
            orderingKey: orderingKey ?? "",
            eventID: attributes["eventID"],
          })),
        );
        return undefined;
      });
      try {
        const unkeyed = { ...MESSAGE, key: "", eventID: "5" };
        const messages = [keyed("a", "1"), keyed("b", "2"), keyed("a", "3"), unkeyed];
        const results = await makePublisher(pubsub).publish({ topic, messages, ...by });
        assert.equal(idsOf(results).size, 4);
      } finally {
        undo();
      }
      const sent = requests
        .flat()
        .map(({ orderingKey, eventID }) => `${orderingKey}:${String(eventID)}`);
      assert.deepEqual(
        sent.filter((one) => one.startsWith("a")),
        ["a:1", "a:3"],
      );
      assert.deepEqual(sent.toSorted(), [":5", "a:1", "a:3", "b:2"]);
    });

    it("goes on after a failure: with the other keys at once, with this one at the next attempt", async () => {
      const topic = `projects/${uniqueProject()}/topics/target`;
      const publisher = makePublisher(failingOnce(pubsub, "a"));
      await pubsub.createTopic(topic);
      const messages = [keyed("a", "1"), keyed("b", "2"), keyed("a", "3")];
      const results = await publisher.publish({ topic, messages, ...by });
      const statuses = results.map(({ status }) => status);
      assert.deepEqual(statuses, ["rejected", "fulfilled", "rejected"]);
      const again = await publisher.publish({
        topic,
        messages: [keyed("a", "1"), keyed("a", "3")],
        ...by,
      });
      assert.equal(idsOf(again).size, 2);
    });

    it("keeps nothing of a key whose messages are out", async () => {
      const name = `projects/${uniqueProject()}/topics/target`;
      await pubsub.createTopic(name);
      const topics: Topic[] = [];
      const make = pubsub.topic.bind(pubsub);
      pubsub.topic = (...args) => {
        const topic = make(...args);
        topics.push(topic);
        return topic;
      };
      const publisher = makePublisher(pubsub);
      const messages = Array.from({ length: 50 }, (_, n) => keyed(`k${String(n)}`, String(n)));
      await publisher.publish({ topic: name, messages, ...by });
      await publisher.publish({ topic: name, messages, ...by });
      assert.equal(topics.length, 1);
      await waitFor("queues to go", () =>
        topics[0]?.publisher.orderedQueues.size === 0 ? true : undefined,
      );
    });
  });

  it("says of each message if there is no such topic", async () => {
    const topic = "projects/demo-nobody/topics/none";
    const results = await makePublisher(pubsub).publish({ topic, messages: [MESSAGE, MESSAGE] });
    assert.deepEqual(
      results.map((result) => result.status === "rejected" && (result.reason as GrpcError).code),
      [5, 5],
    );
  });
});

interface PublishedMessage {
  readonly orderingKey?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Refuses the first request with messages of a key, as Pub/Sub would a message that it does not take. */
function failingOnce(pubsub: PubSub, key: string): PubSub {
  let isFirst = true;
  const request = pubsub.request.bind(pubsub);
  pubsub.request = ((config: PublishRequest, callback: (error: Error) => void) => {
    const { messages = [] } = config.reqOpts ?? {};
    if (!isFirst || messages.every(({ orderingKey }) => orderingKey !== key)) {
      (request as (...args: unknown[]) => void)(config, callback);
      return;
    }
    isFirst = false;
    callback(new Error("refused on purpose"));
  }) as typeof request;
  return pubsub;
}

interface PublishRequest {
  readonly reqOpts?: { readonly messages?: readonly PublishedMessage[] };
}

interface GrpcError extends Error {
  readonly code: number;
}

function idsOf(results: readonly PromiseSettledResult<string>[]): Set<string> {
  return new Set(
    results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
  );
}
