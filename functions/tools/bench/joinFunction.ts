/** A function of `alternative/joinPairs.js`, and the sources that send to it. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import pRetry from "p-retry";

import type { PairsRun } from "./endToEnd.ts";
import { post } from "../../testkit/http.ts";
import { PairTally, sendPairs, type PairEvent } from "./pairs.ts";
import { queryOf } from "./server.ts";
import type { FunctionServer } from "../../testkit/functionServer.ts";
import type { World } from "./world.ts";

export type JoinTarget = "oneDocument" | "perKey" | "perKeyKept";

/** What one load came to. */
export interface JoinRun extends PairsRun {
  /** Answers other than 2xx. */
  readonly refused: number;
}

const SOURCE = join(import.meta.dirname, "alternative", "joinPairs.js");
const ENDPOINTS = ["many", "last"] as const;
/** A source pauses between its attempts, longer each time. */
const RETRY = { retries: Infinity, minTimeout: 50, maxTimeout: 1000, randomize: true };
/** Time to answer what has begun. */
const GRACE_MS = 2000;
/** It publishes before it answers, so what is to come is on its way. */
const QUIET_MS = 1000;
/** How long after the load begins the function is killed, at random. */
const LIFE_MS = { least: 200, most: 1000 };
/** The load goes on beyond that. */
const OVERLAP_MS = 100;
/** How long sources try once it has been started again. */
const RECOVERY_MS = 2000;

let databases = 0;

export class JoinFunction {
  readonly #world: World;
  readonly #serve: () => Promise<FunctionServer>;
  #served: FunctionServer;

  private constructor(world: World, serve: () => Promise<FunctionServer>, served: FunctionServer) {
    this.#world = world;
    this.#serve = serve;
    this.#served = served;
  }

  /** Starts it on an empty database. */
  static async start(world: World, target: JoinTarget): Promise<JoinFunction> {
    const project = `demo-bench-join-${String(databases++)}`;
    const options = { source: SOURCE, target } as const;
    const serve = (): Promise<FunctionServer> =>
      world.serve(options, project, { TOPIC: world.topic });
    return new JoinFunction(world, serve, await serve());
  }

  /**
   * Begins so many pairs, or as many as it can in the time.
   *
   * @param giveUp ends what is not answered by then
   */
  async run(
    limit: { readonly ms: number; readonly count?: number },
    giveUp = AbortSignal.timeout(limit.ms + GRACE_MS),
  ): Promise<JoinRun> {
    const tally = new PairTally(this.#world.inbox);
    let refused = 0;
    const attempt = async (event: PairEvent): Promise<void> => {
      const url = `${this.#served.url}/${ENDPOINTS[event.endpoint]}${queryOf(event.pair)}`;
      const { status } = await post(url, event.content, undefined, giveUp);
      if (status < 300) return;
      refused++;
      throw new Error(`answered ${String(status)}`);
    };
    await sendPairs(tally, limit, async (event) => {
      try {
        await pRetry(() => attempt(event), { ...RETRY, signal: giveUp });
        return true;
      } catch (error) {
        if (giveUp.aborted) return false;
        throw error;
      }
    });
    const endedAt = performance.now();
    await tally.untilQuiet(QUIET_MS);
    tally.close();
    const pairsPerSecond = tally.pairsPerSecond(Math.max(endedAt, tally.lastAt));
    return { pairsPerSecond, refused, ...tally.figures() };
  }

  /** A load in which it is killed at a random moment and started again. */
  async runKilled(): Promise<JoinRun> {
    const lifeMs = LIFE_MS.least + Math.random() * (LIFE_MS.most - LIFE_MS.least);
    const giveUp = new AbortController();
    const load = this.run({ ms: lifeMs + OVERLAP_MS }, giveUp.signal);
    load.catch(() => undefined); // it is waited for below
    let timer: NodeJS.Timeout | undefined;
    try {
      await delay(lifeMs);
      await this.#served.kill();
      this.#served = await this.#serve();
      timer = setTimeout(() => {
        giveUp.abort();
      }, RECOVERY_MS);
      return await load;
    } finally {
      clearTimeout(timer);
      giveUp.abort(); // or the sources would try for ever if it does not start again
    }
  }

  /** Ends it, whatever it still tries. */
  async stop(): Promise<void> {
    await this.#served.kill();
  }
}
