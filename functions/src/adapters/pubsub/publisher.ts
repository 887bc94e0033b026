import { PubSub, type Topic } from "@google-cloud/pubsub";
import type { Publisher } from "../../app/ports.ts";

/** How long one attempt may take before the sync is left to the sweep. The client's default is 10 min. */
const PUBLISH_DEADLINE_MS = 30_000;

/** Pub/Sub takes 10 MB in a request; a message that is larger than this goes alone. */
const MAX_REQUEST_BYTES = 9_000_000;

/**
 * Publishes sync messages with their `serviceName`, `eventID`, `triggerType`, `reason` and, where there is
 * one, `key` as attributes. They go out at once: nothing may be left in a batch when the function returns
 * and its CPU is taken away.
 */
export function makePublisher(pubsub: PubSub = new PubSub()): Publisher {
  const topics = new Map<string, Topic>();
  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic = pubsub.topic(name, {
      // One request for all that is handed over at once; `flush` sends it without waiting for more.
      batching: { maxMessages: 1000, maxBytes: MAX_REQUEST_BYTES, maxMilliseconds: 1 },
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
    async publish({ topic: name, messages }) {
      const topic = topicOf(name);
      const published = messages.map((message) =>
        topic.publishMessage({
          data: Buffer.from(JSON.stringify(message)),
          attributes: {
            serviceName: message.serviceName,
            eventID: message.eventID,
            triggerType: message.triggerType,
            reason: message.completion.reason,
            ...(message.key !== undefined && { key: message.key }),
          },
        }),
      );
      // Rejections are handled from here on, whatever becomes of the flush.
      const settled = Promise.allSettled(published);
      await topic.flush().catch(() => undefined);
      return settled;
    },
  };
}
