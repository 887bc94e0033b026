/** Deliveries that wait, as after an outage of their server, and the functions that see to them. */
import { randomBytes } from "node:crypto";
import { Firestore } from "@google-cloud/firestore";
import pMap from "p-map";

import { toWakeUpTask } from "../../src/adapters/tasks/alarmTask.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { laneOf } from "../../src/domain/delivery.ts";
import { post } from "../../testkit/http.ts";
import { request } from "../../testkit/hostile/fleet.ts";
import { Instance } from "../../testkit/hostile/instance.ts";
import type { FunctionServer } from "../../testkit/functionServer.ts";
import { newContent, ourServer, type Server } from "./server.ts";
import { Triggers } from "./triggers.ts";
import type { World } from "./world.ts";

/** The claimer is so long gone: its leases have run out. */
const AGO_MS = 600_000;

const SEEDERS = 32;

/** Cloud Run has verified it; the function only looks who it is. */
const TOKEN = { authorization: `Bearer e30.${Buffer.from("{}").toString("base64url")}.e30` };

/** A database with services of its own, in which nobody delivers until the functions are asked to. */
export class Backlog {
  readonly project: string;
  readonly db: Firestore;
  readonly rules: readonly Rule[];
  readonly #world: World;
  readonly #claimer: Instance;

  constructor(world: World, name: string, rules: readonly Rule[]) {
    this.project = `demo-bench-${name}-${randomBytes(3).toString("hex")}`;
    this.db = new Firestore({ projectId: this.project });
    this.rules = rules;
    this.#world = world;
    this.#claimer = new Instance({
      db: this.db,
      publisher: { publish: () => Promise.reject(new Error("nothing of this is published")) },
      rules,
      clock: () => Date.now() - AGO_MS,
    });
  }

  /** Serves one of the functions for it. */
  serve(target: string, { counted = false } = {}): Promise<FunctionServer> {
    const env = { CONFIG: JSON.stringify(this.rules) };
    const source = this.#world.lib;
    return this.#world.serve({ source, target, counted }, this.project, env);
  }

  /** Serves what an event passes until its first delivery. */
  async deploy({ counted = false } = {}): Promise<{
    readonly server: Server;
    readonly checkWindow: FunctionServer;
    readonly stop: () => Promise<void>;
  }> {
    const [event, checkWindow] = await Promise.all([
      this.serve("event"),
      this.serve("checkWindow", { counted }),
    ]);
    const server = ourServer(event.url, new Triggers(checkWindow.url, this.project));
    return {
      server,
      checkWindow,
      stop: async () => {
        await Promise.all([event.stop(), checkWindow.stop()]);
      },
    };
  }

  /** Has events received and claimed, each a sync, whose deliveries nobody has begun with. */
  async claim(rule: Rule, keys: readonly string[], each: number): Promise<void> {
    await pMap(
      keys.flatMap((key) => Array<string>(each).fill(key)),
      (key) =>
        this.#claimer.run((engine) =>
          engine.storeEvent(rule, { ...request("only", newContent()), key }),
        ),
      { concurrency: SEEDERS },
    );
    const window = { service: rule.serviceName };
    await pMap(
      keys,
      (key) => this.#claimer.run((engine) => engine.checkWindow(rule, { ...window, key })),
      { concurrency: SEEDERS },
    );
  }

  close(): Promise<void> {
    return this.db.terminate();
  }
}

/** Has the lanes of some keys worked in, all at once. Resolves when all is done. */
export async function wakeLanes(
  alarm: FunctionServer,
  { serviceName: service, targets = [] }: Rule,
  keys: readonly string[],
): Promise<void> {
  const [target] = targets;
  if (target === undefined) throw new Error("the service has no target");
  const wake = async (key: string): Promise<void> => {
    const lane = laneOf(target, key) ?? "";
    const wakeUp = { service, target: target.name, of: { lane, key }, atMs: Date.now() };
    await call(alarm, JSON.stringify({ data: toWakeUpTask(wakeUp) }));
  };
  await Promise.all(keys.map(wake));
}

/** What the scheduler does each minute. */
export function sweep(served: FunctionServer): Promise<void> {
  return call(served, "{}");
}

async function call(served: FunctionServer, body: string): Promise<void> {
  const headers = { "content-type": "application/json", ...TOKEN };
  const { status, text } = await post(served.url, body, headers);
  if (status >= 300) throw new Error(`the function answers ${String(status)} ${text}`);
}
