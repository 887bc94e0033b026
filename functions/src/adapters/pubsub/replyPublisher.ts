import { PubSub, type Topic } from "@google-cloud/pubsub";
import type { ReplyPublisher } from "../../app/ports/replies.ts";
import { GAX_OPTIONS } from "./publisher.ts";

/** Publishes answers, each in a request of its own: nothing waits in a batch when an instance gets no CPU. */
export function makeReplyPublisher(pubsub: PubSub = new PubSub()): ReplyPublisher {
  const topics = new Map<string, Topic>();
  return ({ topic: name, data, attributes }) => {
    const known = topics.get(name);
    const topic =
      known ?? pubsub.topic(name, { batching: { maxMessages: 1 }, gaxOpts: GAX_OPTIONS });
    if (known === undefined) topics.set(name, topic);
    return topic.publishMessage({ data: Buffer.from(data), attributes: { ...attributes } });
  };
}
