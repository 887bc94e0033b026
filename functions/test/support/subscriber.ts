/** A real subscription that keeps what it receives. */
import { randomBytes } from "node:crypto";
import { PubSub, type Message } from "@google-cloud/pubsub";

import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { waitFor } from "./waitFor.ts";

export interface ReceivedSync {
  readonly message: SyncMessage;
  /** The data as it was published. */
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Subscriber {
  /** In order of arrival. */
  readonly received: readonly ReceivedSync[];
  /** Waits until this many messages have come in all; returns them. */
  waitForCount(count: number, deadlineMs?: number): Promise<readonly ReceivedSync[]>;
  close(): Promise<void>;
}

/** Makes the topic if it is not there, and a new subscription that receives all that comes after. */
export async function subscribe(topicName: string): Promise<Subscriber> {
  const client = new PubSub({ projectId: topicName.split("/")[1] ?? "" });
  const topic = client.topic(topicName);
  await topic.get({ autoCreate: true });
  const [subscription] = await topic.createSubscription(`sub-${randomBytes(6).toString("hex")}`);
  const received: ReceivedSync[] = [];
  subscription.on("message", (message: Message) => {
    message.ack();
    const data = message.data.toString();
    const { attributes } = message;
    received.push({ message: JSON.parse(data) as SyncMessage, data, attributes });
  });
  let failure: Error | undefined;
  subscription.on("error", (error: Error) => {
    failure = error;
  });
  return {
    received,
    waitForCount: (count, deadlineMs) =>
      waitFor(
        `${String(count)} message(s) on ${topicName}, ${String(received.length)} so far`,
        () => {
          if (failure !== undefined) throw failure;
          return received.length >= count ? received : undefined;
        },
        deadlineMs,
      ),
    close: async () => {
      await subscription.close();
      await client.close();
    },
  };
}
