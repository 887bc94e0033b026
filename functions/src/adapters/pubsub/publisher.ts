import { PubSub, type Topic } from "@google-cloud/pubsub";
import type { Publisher } from "../../app/ports.ts";

/** How long one attempt may take before the sync is left to the sweep. The client's default is 10 min. */
const PUBLISH_DEADLINE_MS = 30_000;

/**
 * Publishes sync messages with their `serviceName`, `eventID` and `triggerType` as attributes. Each
 * goes out at once: nothing may be left in a batch when the function returns and its CPU is taken away.
 */
export function makePublisher(pubsub: PubSub = new PubSub()): Publisher {
  const topics = new Map<string, Topic>();
  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic = pubsub.topic(name, {
      batching: { maxMessages: 1 },
      gaxOpts: {
        timeout: PUBLISH_DEADLINE_MS,
        retry: {
          backoffSettings: {
            initialRetryDelayMillis: 100,
            retryDelayMultiplier: 2,
            maxRetryDelayMillis: 5_000,
            initialRpcTimeoutMillis: 10_000,
            rpcTimeoutMultiplier: 1,
            maxRpcTimeoutMillis: 10_000,
            totalTimeoutMillis: PUBLISH_DEADLINE_MS,
          },
        },
      },
    });
    topics.set(name, topic);
    return topic;
  };

  return {
    publish: (topic, message) =>
      topicOf(topic).publishMessage({
        data: Buffer.from(JSON.stringify(message)),
        attributes: {
          serviceName: message.serviceName,
          eventID: message.eventID,
          triggerType: message.triggerType,
        },
      }),
  };
}
