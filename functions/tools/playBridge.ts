/** Plays docs/examples/bridge: a topic, a server that comes and goes, and who listens to its answers. */
import { PubSub, type Message } from "@google-cloud/pubsub";

import { answer, type Behaving } from "../testkit/receiver.ts";
import { waitFor } from "../testkit/waitFor.ts";
import type { Example } from "./examples.ts";
import type { Played, Stage } from "./playExample.ts";
import { callInWords, startServer, waitForDeliveries } from "./playServer.ts";

const MESSAGES = ["Hello World!", "Hello again!"] as const;

/** Publishes a message while the server is up, and one while it is down; each has one result. */
export async function playBridge(_: Example, stage: Stage): Promise<Played> {
  const { service, projectId, print } = stage;
  const pubsub = new PubSub({ projectId });
  const results = await Results.of(pubsub, stage);
  /** It sends back what it gets. */
  const echo: Behaving = (call) => {
    print(`The server is called: ${callInWords(call)}`);
    return answer(200, call.body, { "content-type": call.headers["content-type"] ?? "" });
  };
  let server = await startServer(service, echo);
  try {
    const source = await pushedTopic(pubsub, stage);
    const publish = async (text: string): Promise<void> => {
      print(`\nPublished to ${source.name}: ${text}`);
      await source.publishMessage({ data: Buffer.from(text) });
    };
    const [first, second] = MESSAGES;
    await publish(first);
    await results.include(first);

    await server.stop();
    print("\nThe server is down.");
    await publish(second);
    await waitForDeliveries("a call that failed", stage, (all) =>
      all.some(({ state, attempts }) => state === "waiting" && attempts.length > 0),
    );
    print("A call has failed. The server is up again.");
    server = await startServer(service, echo);
    await results.include(second);
    await waitForDeliveries(
      "both deliveries to be noted",
      stage,
      (all) => all.filter(({ state }) => state === "delivered").length === MESSAGES.length,
    );
    const wrong = results.differences(MESSAGES);
    return { wrong, messages: MESSAGES.length };
  } finally {
    await server.stop();
    await results.close();
    await pubsub.close();
  }
}

/** The topic whose messages are pushed to the endpoint, as they are. */
async function pushedTopic(pubsub: PubSub, { base, service }: Stage) {
  const [{ eventKey } = { eventKey: "" }] = service.endpoints;
  const [topic] = await pubsub.createTopic(eventKey);
  await topic.createSubscription(`${eventKey}-push`, {
    pushConfig: {
      pushEndpoint: `${base}/event/${service.serviceName}/${eventKey}`,
      noWrapper: { writeMetadata: true },
    },
  });
  return topic;
}

/** What comes on the topic of the answers. */
class Results {
  readonly #texts = new Map<string, string>();
  readonly #subscription;
  readonly #stage: Stage;

  private constructor(subscription: ReturnType<PubSub["subscription"]>, stage: Stage) {
    this.#subscription = subscription;
    this.#stage = stage;
    subscription.on("message", (message: Message) => {
      message.ack();
      const text = message.data.toString();
      // Pub/Sub may deliver a message again; that is not a second result.
      this.#texts.set(message.id, text);
      stage.print(`Result: ${text} ${JSON.stringify(message.attributes)}`);
    });
  }

  static async of(pubsub: PubSub, stage: Stage): Promise<Results> {
    const [target] = stage.service.targets ?? [];
    const topic = (target?.kind === "http" && target.reply?.topic) || "";
    const [subscription] = await pubsub.topic(topic).createSubscription("results");
    return new Results(subscription, stage);
  }

  include(text: string): Promise<true> {
    return waitFor(
      `the result of ${text}`,
      () => {
        this.#stage.signal.throwIfAborted();
        return [...this.#texts.values()].includes(text) || undefined;
      },
      120_000,
    );
  }

  differences(expected: readonly string[]): string[] {
    const found = [...this.#texts.values()];
    return found.toSorted().join("\n") === expected.toSorted().join("\n")
      ? []
      : [`expected the results ${expected.join(", ")}; got ${found.join(", ")}`];
  }

  close(): Promise<void> {
    return this.#subscription.close();
  }
}
