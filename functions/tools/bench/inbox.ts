/** Receives sync messages from a Pub/Sub subscription. */
import { PubSub, type Message, type Subscription } from "@google-cloud/pubsub";

/** A sync message and when it arrived, by `performance.now()`. */
export interface Received {
  readonly at: number;
  readonly message: SyncMessage;
}

/** What every release of EventSync publishes. */
export interface SyncMessage {
  readonly eventID: string;
  readonly serviceName: string;
  readonly events: Readonly<
    Record<string, { readonly events?: readonly { readonly content?: string }[] }>
  >;
}

type Listener = (received: Received) => void;

export class Inbox {
  readonly #pubsub: PubSub;
  readonly #subscription: Subscription;
  readonly #listeners = new Set<Listener>();

  private constructor(pubsub: PubSub, subscription: Subscription) {
    this.#pubsub = pubsub;
    this.#subscription = subscription;
    subscription.on("message", (message: Message) => {
      const at = performance.now();
      message.ack();
      const parsed = JSON.parse(message.data.toString("utf8")) as SyncMessage;
      for (const listener of [...this.#listeners]) listener({ at, message: parsed });
    });
    subscription.on("error", (error) => {
      throw error;
    });
  }

  /** Creates a topic with a subscription and listens. */
  static async create(topic: string): Promise<Inbox> {
    const pubsub = new PubSub({ projectId: topic.split("/")[1] ?? "" });
    await pubsub.createTopic(topic);
    const [subscription] = await pubsub
      .topic(topic)
      .createSubscription(`bench-${String(Date.now())}`);
    return new Inbox(pubsub, subscription);
  }

  /** Listens on a subscription that is there already, such as another server's. */
  static open(name: string): Inbox {
    const pubsub = new PubSub({ projectId: name.split("/")[1] ?? "" });
    return new Inbox(pubsub, pubsub.subscription(name));
  }

  /** Calls `listener` for every message; the result ends that. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The next message that holds an event with this content. Ask before it can arrive. */
  async messageWith(content: string, timeoutMs = 60_000): Promise<Received> {
    let stop: (() => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        stop = this.listen((received) => {
          if (contentsOf(received.message).includes(content)) resolve(received);
        });
        timer = setTimeout(() => {
          reject(new Error(`No sync message with ${content} within ${String(timeoutMs)} ms`));
        }, timeoutMs);
      });
    } finally {
      stop?.();
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#subscription.close();
    await this.#pubsub.close();
  }
}

/** The contents of all events in a message. */
export function contentsOf({ events }: SyncMessage): string[] {
  return Object.values(events).flatMap(({ events: list = [] }) =>
    list.map(({ content = "" }) => content),
  );
}
