/** A subscription that keeps what it receives, once per message, by service. */
import { randomBytes } from "node:crypto";
import { PubSub, type Message, type Subscription, type Topic } from "@google-cloud/pubsub";

import type { SyncMessage } from "../../../src/domain/syncMessage.ts";
import { waitFor } from "../waitFor.ts";

export interface Received {
  readonly message: SyncMessage;
  /** The data as it was published. */
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export class Receiver {
  readonly topicName: string;
  readonly pubsub: PubSub;
  readonly #topic: Topic;
  #subscription: Subscription | undefined;
  readonly #known = new Set<string>();
  readonly #byService = new Map<string, Received[]>();

  constructor(projectId: string, topic = `t-${randomBytes(6).toString("hex")}`) {
    this.pubsub = new PubSub({ projectId });
    this.#topic = this.pubsub.topic(topic);
    this.topicName = `projects/${projectId}/topics/${topic}`;
  }

  /** Makes the topic, if it is not there, and a subscription to it. */
  async open(): Promise<this> {
    await this.#topic.get({ autoCreate: true });
    const [subscription] = await this.#topic.createSubscription(
      `s-${randomBytes(6).toString("hex")}`,
    );
    subscription.on("message", (message: Message) => {
      this.#onMessage(message);
    });
    this.#subscription = subscription;
    return this;
  }

  /** Messages with this service's name, in order of arrival. */
  of(serviceName: string): readonly Received[] {
    return this.#byService.get(serviceName) ?? [];
  }

  /**
   * Waits until what was published before has arrived: a message sent after it has, and the emulator
   * keeps the order.
   */
  async flush(): Promise<void> {
    const serviceName = `flush-${randomBytes(6).toString("hex")}`;
    await this.#topic.publishMessage({ json: { serviceName } });
    await waitFor("messages to arrive", () => (this.of(serviceName).length > 0 ? true : undefined));
  }

  async close(): Promise<void> {
    await this.#subscription?.close();
    await this.pubsub.close();
  }

  /** Pub/Sub may deliver a message again; that is not a second publish. */
  #onMessage(message: Message): void {
    message.ack();
    if (this.#known.has(message.id)) return;
    this.#known.add(message.id);
    const data = message.data.toString();
    const parsed = JSON.parse(data) as SyncMessage;
    const list = this.#byService.get(parsed.serviceName) ?? [];
    this.#byService.set(parsed.serviceName, list);
    list.push({ message: parsed, data, attributes: message.attributes });
  }
}
