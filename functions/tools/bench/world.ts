/** The functions under measurement, with the emulators that the suite has started. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { Firestore, Timestamp } from "@google-cloud/firestore";

import { LOCAL_PARAMETERS } from "../localParameters.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { newContent, ourServer, PAIR, type Server } from "./server.ts";
import { FunctionServer } from "../../testkit/functionServer.ts";
import type { Operations } from "./countOperations.ts";
import type { Settings } from "./settings.ts";
import { Triggers } from "./triggers.ts";

/** Services of the measured deployment; each has the endpoints `many` and `last`. */
export const SERVICES = [
  "ingest",
  "pairs",
  "burst",
  "idle",
  "history",
  "big",
  "cost",
  "keyed",
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The functions that an event passes, on a database of their own. */
export interface Deployment {
  readonly project: string;
  readonly db: Firestore;
  readonly event: FunctionServer;
  readonly checkWindow: FunctionServer;
  readonly server: Server;
  /** Bytes that each takes when it begins to listen, if the system says so. */
  readonly afterStart: Readonly<Record<"event" | "checkWindow", number | undefined>>;
}

interface Served {
  /** Directory or file with the function. */
  readonly source: string;
  readonly target: string;
  /** Count Firestore operations; costs memory and start time. */
  readonly counted?: boolean;
}

const COUNTER = join(import.meta.dirname, "countOperations.ts");

/** What a function has done so far; only if it is counted. */
export async function operationsOf(served: FunctionServer): Promise<Operations> {
  return (await served.ask()) as Operations;
}

export class World {
  readonly topic: string;
  readonly inbox: Inbox;
  /** The build that is measured. */
  readonly lib: string;
  readonly #settings: Settings;
  readonly #served: FunctionServer[] = [];
  readonly #databases: Firestore[] = [];

  private constructor(settings: Settings, topic: string, inbox: Inbox) {
    this.#settings = settings;
    this.lib = settings.lib;
    this.topic = topic;
    this.inbox = inbox;
  }

  static async create(settings: Settings): Promise<World> {
    const topic = `projects/demo-bench/topics/bench-${String(process.pid)}`;
    return new World(settings, topic, await Inbox.create(topic));
  }

  /** Starts one function. */
  async serve(
    { source, target, counted = false }: Served,
    projectId = "demo-bench",
    env: Readonly<Record<string, string>> = {},
  ): Promise<FunctionServer> {
    const { profileDir } = this.#settings;
    const served = await FunctionServer.start({
      source,
      target,
      projectId,
      env: { ...this.#parameters(), ...env },
      flags: [
        ...(counted ? [`--import=${COUNTER}`] : []),
        ...(profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`]),
      ],
    });
    this.#served.push(served);
    return served;
  }

  /**
   * Starts the functions that an event passes, and sends a first pair through.
   *
   * Each deployment has a project of its own: the emulator looks through all documents of a project's
   * collections of one name, so what one measurement leaves there would slow down the next.
   */
  async deploy(name: string, { counted = false } = {}): Promise<Deployment> {
    const project = `demo-bench-${name}`;
    const source = this.#settings.lib;
    const [event, checkWindow] = await Promise.all([
      this.serve({ source, target: "event", counted }, project),
      this.serve({ source, target: "checkWindow", counted }, project),
    ]);
    const afterStart = {
      event: event.memory()?.now,
      checkWindow: checkWindow.memory()?.now,
    };
    const db = new Firestore({ projectId: project });
    this.#databases.push(db);
    const server = ourServer(event.url, new Triggers(checkWindow.url, project));
    const content = newContent();
    const received = this.inbox.messageWith(content);
    await server.send("idle", "many", newContent());
    await server.send("idle", "last", content);
    await received;
    return { project, db, event, checkWindow, server, afterStart };
  }

  /** Stops what is not needed any more. */
  async stop({ event, checkWindow }: Deployment): Promise<void> {
    await Promise.all([event.stop(), checkWindow.stop()]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#served.map((served) => served.stop()));
    await Promise.all(this.#databases.map((db) => db.terminate()));
    await this.inbox.close();
  }

  /**
   * Writes events as if they had been received: exact copies of one that was, with ids of their own.
   *
   * @param pending whether they still wait; otherwise they are history, with a sync for each two
   * @param keyOf the correlation key of each, if the service has one
   */
  async seed(
    { db, server }: Deployment,
    service: ServiceName,
    count: number,
    { pending, keyOf }: { readonly pending: boolean; readonly keyOf?: (index: number) => string },
  ): Promise<string[]> {
    const { eventId, delivered } = await server.store(service, "many", newContent(), keyOf?.(0));
    await delivered;
    const root = db.collection("services").doc(service);
    const [event, marker] = await db.getAll(
      root.collection("events").doc(eventId),
      root.collection("pending").doc(eventId),
    );
    if (!pending) await marker?.ref.delete();
    const syncs = pending ? [] : (await root.collection("syncs").limit(1).get()).docs;
    const writes: [path: string, data: FirebaseFirestore.DocumentData][] = [];
    const ids = [eventId];
    for (let index = 1; index < count; index++) {
      const id = randomBytes(12).toString("hex");
      const receivedAt = Timestamp.fromMillis(Date.now());
      ids.push(id);
      const key = keyOf && { key: keyOf(index) };
      writes.push([`events/${id}`, { ...event?.data(), ...key, receivedAt }]);
      if (pending) writes.push([`pending/${id}`, { ...marker?.data(), ...key, receivedAt }]);
      const [sync] = syncs;
      if (sync && index % 2 === 0) writes.push([`syncs/${id}`, sync.data()]);
    }
    const size = 450;
    const lanes = Array.from({ length: 4 }, async () => {
      for (let next = writes.splice(0, size); next.length > 0; next = writes.splice(0, size)) {
        const batch = db.batch();
        for (const [path, data] of next) batch.create(db.doc(`${root.path}/${path}`), data);
        await batch.commit();
      }
    });
    await Promise.all(lanes);
    return ids;
  }

  #parameters(): Record<string, string> {
    const services = SERVICES.map((serviceName) => ({
      serviceName,
      // One message per pair, as the functions that one would write instead make it.
      ...(serviceName === "pairs" && { correlation: { key: { queryParam: PAIR } } }),
      endpoints: [{ eventKey: "many" }, { eventKey: "last" }],
      trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
      targetPubSub: { topic: this.topic },
      ...(serviceName === "keyed" && { correlation: { key: { queryParam: "pair" } } }),
    }));
    return { ...LOCAL_PARAMETERS, CONFIG: JSON.stringify(services) };
  }
}
