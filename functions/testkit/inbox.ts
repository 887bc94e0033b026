/** A real subscription that keeps what it receives, once per message. */
import { randomBytes } from "node:crypto";
import { PubSub, type Message, type Subscription } from "@google-cloud/pubsub";

import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { waitFor } from "./waitFor.ts";

export interface Received {
  /** When it arrived, by `performance.now()`. */
  readonly at: number;
  readonly message: SyncMessage;
  /** The data as it was published. */
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

type Listener = (received: Received) => void;

export class Inbox {
  /** In order of arrival. */
  readonly received: readonly Received[];
  readonly pubsub: PubSub;
  readonly topicName: string;
  readonly #subscription: Subscription;
  readonly #byService = new Map<string, Received[]>();
  readonly #listeners = new Set<Listener>();
  #failure: Error | undefined;

  private constructor(pubsub: PubSub, subscription: Subscription, topicName: string) {
    this.pubsub = pubsub;
    this.topicName = topicName;
    this.#subscription = subscription;
    const received: Received[] = [];
    this.received = received;
    const known = new Set<string>();
    subscription.on("message", (message: Message) => {
      const at = performance.now();
      message.ack();
      // Pub/Sub may deliver a message again; that is not a second publish.
      if (known.has(message.id)) return;
      known.add(message.id);
      const data = message.data.toString();
      const parsed = JSON.parse(data) as SyncMessage;
      const one = { at, message: parsed, data, attributes: message.attributes };
      received.push(one);
      const list = this.#byService.get(parsed.serviceName) ?? [];
      this.#byService.set(parsed.serviceName, list);
      list.push(one);
      for (const listener of [...this.#listeners]) listener(one);
    });
    subscription.on("error", (error: Error) => {
      this.#failure = error;
    });
  }

  /** Makes the topic if it is not there, and a new subscription that receives all that comes after. */
  static async create(topicName: string): Promise<Inbox> {
    const pubsub = new PubSub({ projectId: projectOf(topicName) });
    const topic = pubsub.topic(topicName);
    await topic.get({ autoCreate: true });
    const [subscription] = await topic.createSubscription(`sub-${randomBytes(6).toString("hex")}`);
    return new Inbox(pubsub, subscription, topicName);
  }

  /** Listens on a subscription that is there already, such as another server's. */
  static open(subscription: string): Inbox {
    const pubsub = new PubSub({ projectId: projectOf(subscription) });
    return new Inbox(pubsub, pubsub.subscription(subscription), "");
  }

  /** Messages with this service's name, in order of arrival. */
  of(serviceName: string): readonly Received[] {
    return this.#byService.get(serviceName) ?? [];
  }

  /** Waits until this many messages have come in all; returns them. */
  waitForCount(count: number, deadlineMs?: number): Promise<readonly Received[]> {
    return waitFor(
      `${String(count)} message(s) on ${this.topicName}`,
      () => (this.#sound().received.length >= count ? this.received : undefined),
      deadlineMs,
    );
  }

  /**
   * Waits until what was published before has arrived: a message sent after it has, and the emulator
   * keeps the order.
   */
  async flush(): Promise<void> {
    const serviceName = `flush-${randomBytes(6).toString("hex")}`;
    await this.pubsub.topic(this.topicName).publishMessage({ json: { serviceName } });
    await waitFor("messages to arrive", () => this.#sound().of(serviceName)[0]);
  }

  /** Calls `listener` for every message; the result ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The next message that holds an event with this content. Ask before it can arrive. */
  messageWith(content: string, timeoutMs?: number): Promise<Received> {
    return this.#next(
      `with ${content}`,
      ({ message }) => contentsOf(message).includes(content),
      timeoutMs,
    );
  }

  /** The next message with this service's name. Ask before it can arrive. */
  nextOf(serviceName: string, timeoutMs?: number): Promise<Received> {
    return this.#next(
      `of ${serviceName}`,
      ({ message }) => message.serviceName === serviceName,
      timeoutMs,
    );
  }

  async #next(
    which: string,
    isIt: (received: Received) => boolean,
    timeoutMs = 60_000,
  ): Promise<Received> {
    const found = Promise.withResolvers<Received>();
    const stop = this.listen((received) => {
      if (isIt(received)) found.resolve(received);
    });
    const timer = setTimeout(() => {
      const why = this.#failure?.message ?? `not within ${String(timeoutMs)} ms`;
      found.reject(new Error(`No sync message ${which}: ${why}`));
    }, timeoutMs);
    try {
      return await found.promise;
    } finally {
      stop();
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#subscription.close();
    await this.pubsub.close();
  }

  /** @throws what the subscription has failed with */
  #sound(): this {
    if (this.#failure !== undefined) throw this.#failure;
    return this;
  }
}

/** What the messages of every release have. */
export interface Contents {
  readonly events: Readonly<
    Record<string, { readonly events?: readonly { readonly content: string }[] }>
  >;
}

/** The contents of all events in a message. */
export function contentsOf({ events }: Contents): string[] {
  return Object.values(events).flatMap(({ events: list = [] }) =>
    list.map(({ content }) => content),
  );
}

function projectOf(name: string): string {
  return name.split("/")[1] ?? "";
}
