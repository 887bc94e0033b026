/** Separate processes of the built functions: some take events in, some check windows. */
import type { Rule } from "../../src/domain/rule.ts";
import type { Build } from "./build.ts";
import { toCloudEvent } from "./cloudEvent.ts";
import type { Created } from "./eventarc.ts";
import { FunctionServer, type LoggedLine, type ServerOptions } from "../functionServer.ts";
import type { Random } from "./random.ts";

export interface ServerFleetOptions {
  readonly build: Build;
  readonly projectId: string;
  /** Every service that the processes will ever serve: their configuration cannot change. */
  readonly rules: readonly Rule[];
  readonly random: Random;
  readonly ingesters: number;
  readonly checkers: number;
}

export class ServerFleet {
  readonly #options: ServerFleetOptions;
  readonly #ingesters: FunctionServer[] = [];
  readonly #checkers: FunctionServer[] = [];
  #restarts: Promise<void>[] = [];
  #kills = 0;

  private constructor(options: ServerFleetOptions) {
    this.#options = options;
  }

  static async start(options: ServerFleetOptions): Promise<ServerFleet> {
    const fleet = new ServerFleet(options);
    const start = async (
      list: FunctionServer[],
      target: ServerOptions["target"],
      count: number,
    ) => {
      const servers = Array.from({ length: count }, () => fleet.#start(target));
      list.push(...(await Promise.all(servers)));
    };
    await Promise.all([
      start(fleet.#ingesters, "event", options.ingesters),
      start(fleet.#checkers, "checkWindow", options.checkers),
    ]);
    return fleet;
  }

  /** Processes that were killed while they served. */
  get kills(): number {
    return this.#kills;
  }

  /** Warnings and errors that the processes that run now have logged. */
  get reports(): readonly LoggedLine[] {
    return [...this.#ingesters, ...this.#checkers].flatMap(({ reports }) => reports);
  }

  /** Sends an event; returns what was stored, or rejects. */
  async send(
    rule: Rule,
    eventKey: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<Created & { readonly duplicate: boolean }> {
    const server = this.#options.random.pick(this.#ingesters.filter(({ isAlive }) => isAlive));
    const path = `/${rule.serviceName}/${eventKey}`;
    const { status, text } = await server.post(path, headers, body);
    if (status !== 202 && status !== 200) throw new Error(`${String(status)} ${text}`);
    const { eventId, receivedAt } = JSON.parse(text) as { eventId: string; receivedAt: string };
    const { serviceName } = rule;
    const duplicate = status === 200;
    return { serviceName, eventId, eventKey, receivedAtMs: Date.parse(receivedAt), duplicate };
  }

  /** Delivers to any process that lives; rejects unless it acknowledges. */
  async deliver(created: Created): Promise<void> {
    const server = this.#options.random.pick(this.#checkers.filter(({ isAlive }) => isAlive));
    const { headers, body } = toCloudEvent(this.#options.projectId, created);
    const { status, text } = await server.post("/", headers, body);
    if (status < 200 || status > 299) throw new Error(`${String(status)} ${text}`);
  }

  /** Kills a process of either kind, unless it is the last that lives; another takes its place. */
  killAny(): void {
    const { random } = this.#options;
    const isIngester = random.chance(0.25);
    const servers = isIngester ? this.#ingesters : this.#checkers;
    const alive = servers.filter(({ isAlive }) => isAlive);
    if (alive.length < 2) return;
    const victim = random.pick(alive);
    this.#kills++;
    const replace = async (): Promise<void> => {
      await victim.kill();
      servers[servers.indexOf(victim)] = await this.#start(isIngester ? "event" : "checkWindow");
    };
    this.#restarts.push(replace());
  }

  /** Waits until every killed process has been replaced. */
  async recover(): Promise<void> {
    await Promise.all(this.#restarts);
    this.#restarts = [];
  }

  async stop(): Promise<void> {
    await this.recover();
    await Promise.all([...this.#ingesters, ...this.#checkers].map((server) => server.kill()));
  }

  #start(target: ServerOptions["target"]): Promise<FunctionServer> {
    const { build, projectId, rules } = this.#options;
    return FunctionServer.start({
      source: build.directory,
      target,
      projectId,
      env: { CONFIG: JSON.stringify(rules) },
    });
  }
}
