import { PubSub } from "@google-cloud/pubsub";
import assert from "node:assert/strict";

import { makeReplyPublisher } from "../../src/adapters/pubsub/replyPublisher.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";

describe("replies on Pub/Sub", () => {
  let pubsub: PubSub;
  beforeEach(() => {
    emulatorVariable("PUBSUB_EMULATOR_HOST");
    pubsub = new PubSub({ projectId: uniqueProject() });
  });
  afterEach(() => pubsub.close());

  it("are the bytes of the answer with their attributes, in any project; also without a byte", async () => {
    const topic = `projects/${uniqueProject()}/topics/answers`;
    const inbox = await Inbox.create(topic);
    try {
      const publish = makeReplyPublisher(pubsub);
      const attributes = { status: "200", eventID: "4f2e", serviceName: "é à" };
      const data = Buffer.from('{ "a":\t"ä" }\n');
      const id = await publish({ topic, data, attributes });
      assert.match(id, /^\d+$/);
      const [received] = await inbox.waitForCount(1);
      assert.equal(received?.data, data.toString());
      assert.deepEqual(received.attributes, attributes);
      assert.match(await publish({ topic, data: Buffer.alloc(0), attributes }), /^\d+$/);
    } finally {
      await inbox.close();
    }
  });

  it("are refused where there is no such topic", async () => {
    const topic = `projects/${uniqueProject()}/topics/none`;
    const reply = { topic, data: Buffer.from("x"), attributes: { status: "200" } };
    await assert.rejects(makeReplyPublisher(pubsub)(reply), /not found/i);
  });
});
