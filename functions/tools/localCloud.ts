/** What Google Cloud does around the functions, on the emulators: topics to read from, a scheduler, and alarms. */
import { PubSub, type Message, type Subscription } from "@google-cloud/pubsub";

import type { Services } from "../src/config/route.ts";
import { Firestore, type QueryDocumentSnapshot } from "@google-cloud/firestore";
import { topicsOf } from "./prerequisites.ts";

/** A message that arrived on a target topic. */
export interface TargetMessage {
  readonly topic: string;
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Targets {
  /** Full names of the subscriptions that were made to read from. */
  readonly subscriptions: readonly string[];
  /** Every message from now on, and those that nobody has listened for yet. */
  onMessage(listener: (message: TargetMessage) => void): void;
  close(): Promise<void>;
}

/** Makes the target topics of all services, each with a subscription, and listens. */
export async function subscribeToTargets(services: Services): Promise<Targets> {
  const topics = topicsOf(services);
  const clients: PubSub[] = [];
  const subscriptions: Subscription[] = [];
  for (const topic of topics) {
    const client = new PubSub({ projectId: topic.split("/")[1] ?? "" });
    await client.createTopic(topic);
    const name = `${topic.split("/")[3] ?? ""}-eventsync`;
    const [subscription] = await client.topic(topic).createSubscription(name);
    clients.push(client);
    subscriptions.push(subscription);
  }
  return {
    subscriptions: subscriptions.map(({ name }) => name),
    onMessage: (listener) => {
      subscriptions.forEach((subscription, index) => {
        subscription.on("message", (message: Message) => {
          const { attributes } = message;
          listener({ topic: topics[index] ?? "", data: message.data.toString(), attributes });
          message.ack();
        });
        subscription.on("error", (error: Error) => {
          process.stderr.write(`reading from ${subscription.name}: ${error.message}\n`);
        });
      });
    },
    close: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

/**
 * Runs a scheduled function every minute, as Cloud Scheduler would; the emulator never does. Its topic
 * for it leads nowhere, for functions of the second generation, but their triggers can be called.
 */
export function startScheduler(baseUrl: string, functionName: string): { stop(): void } {
  const { origin, pathname } = new URL(baseUrl);
  const [, project = "", region = ""] = pathname.split("/");
  const url = `${origin}/functions/projects/${project}/triggers/${region}-${functionName}-0`;
  const run = async (): Promise<void> => {
    const response = await fetch(url, { method: "POST" });
    await response.text();
    if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
  };
  const timer = setInterval(() => {
    run().catch((error: unknown) => {
      process.stderr.write(`the schedule of ${functionName} failed: ${String(error)}\n`);
    });
  }, 60_000);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** How often the alarms of local runs ring. */
const RING_MS = 500;

/**
 * Rings alarms as Cloud Tasks would, and more often: for each window that holds events, and for each delivery
 * and each lane that is due, twice a second. The emulator of Cloud Tasks calls at once, whatever the time
 * that a task is for; such a call finds that the time has not come.
 *
 * @param projectId where the functions' database is
 */
export function startAlarmClock(
  baseUrl: string,
  projectId: string,
  services: Services,
): { stop(): Promise<void> } {
  const watched = services.filter(({ deadline }) => deadline !== undefined);
  const delivering = services.filter(({ targets }) => sentTo(targets).length > 0);
  if (watched.length + delivering.length === 0) return { stop: () => Promise.resolve() };
  const db = new Firestore({ projectId });
  const end = new AbortController();
  const complain = (error: unknown): void => {
    if (!end.signal.aborted) process.stderr.write(`an alarm failed: ${String(error)}\n`);
  };
  const call = async (data: object): Promise<void> => {
    const response = await fetch(`${baseUrl}/alarm`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: { ...data, at: new Date().toISOString() } }),
      signal: end.signal,
    });
    await response.text();
    if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
  };
  const ring = async ({ serviceName: service }: Services[number]): Promise<void> => {
    const { docs } = await db.collection(`services/${service}/pending`).select("key").get();
    const keys = new Set(docs.map((doc) => String(doc.get("key"))));
    for (const key of keys) await call({ service, key });
  };
  const underWay = new Set<string>();
  /** Not waited for: a server that hangs must not hold up the others. */
  const begin = (data: object): void => {
    const name = JSON.stringify(data);
    if (underWay.has(name)) return;
    underWay.add(name);
    call(data)
      .catch(complain)
      .finally(() => underWay.delete(name));
  };
  const wake = async ({ serviceName: service, targets }: Services[number]): Promise<void> => {
    const sent = sentTo(targets);
    const dueIn = async (collection: string): Promise<QueryDocumentSnapshot[]> => {
      const all = db.collection(`services/${service}/${collection}`);
      const { docs } = await all.where("nextAttemptAt", "<=", new Date()).get();
      return docs.filter((doc) => sent.includes(String(doc.get("target"))));
    };
    const [deliveries, lanes] = await Promise.all([dueIn("deliveries"), dueIn("lanes")]);
    const named = (doc: QueryDocumentSnapshot, ...fields: string[]): object =>
      Object.fromEntries(["target", ...fields].map((field) => [field, doc.get(field) as unknown]));
    for (const doc of deliveries) begin({ service, ...named(doc, "syncId") });
    for (const doc of lanes) begin({ service, lane: doc.id, ...named(doc, "key") });
  };
  const lookOnce = async (): Promise<void> => {
    const looks = await Promise.allSettled([...watched.map(ring), ...delivering.map(wake)]);
    for (const look of looks) if (look.status === "rejected") complain(look.reason);
  };
  let ringing: Promise<void> | undefined;
  const timer = setInterval(() => {
    ringing ??= lookOnce().finally(() => {
      ringing = undefined;
    });
  }, RING_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      end.abort();
      // A query that the client tries again once it is terminated fails where nobody can catch it.
      await ringing;
      await db.terminate();
    },
  };
}

/**
 * Tells of each change of a delivery, as it is stored.
 *
 * @param projectId where the functions' database is
 */
export function watchDeliveries(
  projectId: string,
  services: Services,
  onChange: (service: string, fields: Readonly<Record<string, unknown>>) => void,
): { stop(): Promise<void> } {
  const watched = services.filter(({ targets = [] }) => targets.length > 0);
  if (watched.length === 0) return { stop: () => Promise.resolve() };
  const db = new Firestore({ projectId });
  const stops = watched.map(({ serviceName }) =>
    db.collection(`services/${serviceName}/deliveries`).onSnapshot(
      (snapshot) => {
        for (const { doc } of snapshot.docChanges()) onChange(serviceName, doc.data());
      },
      (error) => {
        process.stderr.write(`deliveries of ${serviceName}: ${error.message}\n`);
      },
    ),
  );
  return {
    stop: () => {
      for (const stop of stops) stop();
      return db.terminate();
    },
  };
}

/** The names of the targets that alarms are for. */
function sentTo(targets: Services[number]["targets"] = []): string[] {
  return targets.filter(({ kind }) => kind !== "pull").map(({ name }) => name);
}
