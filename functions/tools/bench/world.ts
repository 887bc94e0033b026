/** The functions under measurement, with the emulators that the suite has started. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Firestore, Timestamp } from "@google-cloud/firestore";

import { Eventarc } from "./eventarc.ts";
import { Inbox } from "./inbox.ts";
import { newContent, ourServer, type Server } from "./server.ts";
import { serveFunction, type ServedFunction, type ServeOptions } from "./serveFunction.ts";
import type { Settings } from "./settings.ts";

/** Services of the measured deployment; each has the endpoints `many` and `last`. */
export const SERVICES = ["ingest", "pairs", "idle", "history", "big", "cost"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The two functions that an event passes. */
export interface Deployment {
  readonly event: ServedFunction;
  readonly checkWindow: ServedFunction;
  readonly eventarc: Eventarc;
  readonly server: Server;
  /** Bytes that each takes when it begins to listen, if the system says so. */
  readonly afterStart: Readonly<Record<"event" | "checkWindow", number | undefined>>;
}

export class World {
  readonly project: string;
  readonly topic: string;
  readonly db = new Firestore();
  readonly inbox: Inbox;
  readonly #settings: Settings;
  readonly #logs = mkdtempSync(join(tmpdir(), "eventsync-bench-"));
  readonly #served: ServedFunction[] = [];

  private constructor(settings: Settings, project: string, inbox: Inbox) {
    this.#settings = settings;
    this.project = project;
    this.topic = topicOf(project);
    this.inbox = inbox;
  }

  static async create(settings: Settings): Promise<World> {
    const project = process.env["GCLOUD_PROJECT"];
    if (project === undefined)
      throw new Error("Run it by scripts/bench, which starts the emulators.");
    return new World(settings, project, await Inbox.create(topicOf(project)));
  }

  /** Starts one function. */
  async serve(
    options: Pick<ServeOptions, "source" | "target" | "signature" | "counted">,
  ): Promise<ServedFunction> {
    const served = await serveFunction({
      ...options,
      env: this.#env(),
      logFile: join(this.#logs, `${options.target}.log`),
      profileDir: this.#settings.profileDir,
    });
    this.#served.push(served);
    return served;
  }

  /** Starts one of ours. */
  async serveOurs(target: "event" | "checkWindow", counted = false): Promise<ServedFunction> {
    const signature = target === "event" ? "http" : "cloudevent";
    return this.serve({ source: this.#settings.lib, target, signature, counted });
  }

  /** Starts the functions that an event passes, and sends a first pair through. */
  async deploy(counted = false): Promise<Deployment> {
    const [event, checkWindow] = await Promise.all([
      this.serveOurs("event", counted),
      this.serveOurs("checkWindow", counted),
    ]);
    const afterStart = {
      event: event.memory()?.now,
      checkWindow: checkWindow.memory()?.now,
    };
    const eventarc = new Eventarc(checkWindow.url, this.project);
    const server = ourServer(event.url, eventarc);
    const content = newContent();
    const received = this.inbox.messageWith(content);
    await server.send("idle", "many", newContent());
    await server.send("idle", "last", content);
    await received;
    return { event, checkWindow, eventarc, server, afterStart };
  }

  async close(): Promise<void> {
    await Promise.all(this.#served.map((served) => served.stop()));
    await this.inbox.close();
    await this.db.terminate();
    rmSync(this.#logs, { recursive: true });
  }

  /**
   * Writes events as if they had been received: exact copies of one that was, with ids of their own.
   *
   * @param pending whether they still wait; otherwise they are history, with a sync for each two
   */
  async seed(
    server: Server,
    service: ServiceName,
    count: number,
    { pending }: { readonly pending: boolean },
  ): Promise<string[]> {
    const { eventId, delivered } = await server.store(service, "many", newContent());
    await delivered;
    const root = this.db.collection("services").doc(service);
    const [event, marker] = await this.db.getAll(
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
      writes.push([`events/${id}`, { ...event?.data(), receivedAt }]);
      if (pending) writes.push([`pending/${id}`, { ...marker?.data(), receivedAt }]);
      const [sync] = syncs;
      if (sync && index % 2 === 0) writes.push([`syncs/${id}`, sync.data()]);
    }
    const size = 450;
    const lanes = Array.from({ length: 4 }, async () => {
      for (let next = writes.splice(0, size); next.length > 0; next = writes.splice(0, size)) {
        const batch = this.db.batch();
        for (const [path, data] of next) batch.create(this.db.doc(`${root.path}/${path}`), data);
        await batch.commit();
      }
    });
    await Promise.all(lanes);
    return ids;
  }

  #env(): Record<string, string> {
    const services = SERVICES.map((serviceName) => ({
      serviceName,
      endpoints: [{ eventKey: "many" }, { eventKey: "last" }],
      trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
      targetPubSub: { topic: this.topic },
    }));
    return {
      CONFIG: JSON.stringify(services),
      LOCATION: "us-central1",
      SERVICE_ACCOUNT: "eventsync@",
    };
  }
}

function topicOf(project: string): string {
  return `projects/${project}/topics/bench`;
}
