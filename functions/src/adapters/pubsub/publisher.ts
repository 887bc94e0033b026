import { PubSub, type PublishOptions, type Topic } from "@google-cloud/pubsub";
import type { Publisher } from "../../app/ports.ts";
import { attributesOf, orderingKeyOf } from "../../domain/publication.ts";

/** How long one attempt may take before the sync is left to the sweep. The client's default is 10 min. */
const PUBLISH_DEADLINE_MS = 30_000;

/** Pub/Sub takes 10 MB in a request; a message that is larger than this goes alone. */
const MAX_REQUEST_BYTES = 9_000_000;

/** One request for all that is handed over at once; `flush` sends it without waiting for more. */
const TOGETHER: PublishOptions = {
  batching: { maxMessages: 1000, maxBytes: MAX_REQUEST_BYTES, maxMilliseconds: 1 },
};

/**
 * For each ordering key a queue, one request after the other, which begins by itself: `flush` would wait
 * for keys of other callers, too.
 */
const BY_KEY: PublishOptions = {
  messageOrdering: true,
  batching: { maxMessages: 1000, maxBytes: MAX_REQUEST_BYTES, maxMilliseconds: 0 },
};

/**
 * Publishes sync messages with their attributes. They go out at once: nothing may be left in a batch when
 * the function returns and its CPU is taken away.
 */
export function makePublisher(pubsub: PubSub = new PubSub()): Publisher {
  const topicsOf = (options: PublishOptions): ((name: string) => Topic) => {
    const topics = new Map<string, Topic>();
    return (name) => {
      const known = topics.get(name);
      if (known !== undefined) return known;
      const topic = pubsub.topic(name, { ...options, gaxOpts: GAX_OPTIONS });
      topics.set(name, topic);
      return topic;
    };
  };
  const plain = topicsOf(TOGETHER);
  // One object for each topic, as long as the process lives: with another one the order would be lost.
  const ordered = topicsOf(BY_KEY);

  return {
    async publish({ topic: name, messages, format, orderingKey: by, attributes }) {
      const topic = by === "key" ? ordered(name) : plain(name);
      const keys = messages.map((message) => orderingKeyOf(message.key ?? "", by));
      const published = messages.map((message, index) => {
        const orderingKey = keys[index];
        return topic.publishMessage({
          data: Buffer.from(JSON.stringify(message)),
          attributes: { ...attributesOf(message, format), ...attributes },
          ...(orderingKey !== undefined && { orderingKey }),
        });
      });
      // Rejections are handled from here on, whatever becomes of the flush.
      const settled = Promise.allSettled(published);
      if (by !== "key") await topic.flush().catch(() => undefined);
      const results = await settled;
      // The client refuses a key from its first failure on, until it is told to go on with it.
      results.forEach(({ status }, index) => {
        const key = keys[index];
        if (status === "rejected" && key !== undefined) topic.resumePublishing(key);
      });
      return results;
    },
  };
}

const GAX_OPTIONS: NonNullable<PublishOptions["gaxOpts"]> = {
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
};
