/** What is added to a large sync by claiming it: beside a client that only reads and publishes it. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import type { Bar, Table } from "./report.ts";
import { newContent } from "./server.ts";
import { CONTAINER_HEAP } from "../../testkit/functionServer.ts";
import { median, pairedRatio } from "./stats.ts";
import { operationsOf, type Deployment, type World } from "./world.ts";

const BARE = join(import.meta.dirname, "bare", "publish.js");

export interface LargeSync {
  readonly table: Table;
  readonly bar: Bar;
  readonly data: unknown;
}

/** From the keys of the window having been read to the message, by turns with the bare client. */
export async function measureLargeSync(
  world: World,
  deployment: Deployment,
  { events, runs }: { readonly events: number; readonly runs: number },
  progress: (text: string) => void,
): Promise<LargeSync> {
  const { server, checkWindow } = deployment;
  const client = new BareClient(world, deployment.project);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run <= runs; run++) {
    progress(`latency: syncs of ${String(events)} beside the bare client, run ${String(run)}`);
    const ids = await world.seed(deployment, "idle", events - 1, { pending: true });
    const content = newContent();
    const message = world.inbox.messageWith(content);
    const { delivered, eventId } = await server.send("idle", "last", content);
    const { at } = await message;
    await delivered;
    const { lastQueryEndedMs } = await operationsOf(checkWindow);
    const measured = performance.timeOrigin + at - lastQueryEndedMs;
    const alone = await client.publish([...ids, eventId]);
    if (run === 0) continue; // the first of each is slower: code that never ran before
    ours.push(measured);
    bare.push(alone);
  }
  client.stop();
  const ratio = pairedRatio(ours, bare);
  return {
    table: {
      title: `A sync of ${String(events)} events: from keys read to message received, milliseconds`,
      columns: ["", "median", "least", "most"],
      rows: [
        [
          "EventSync (claims, reads, publishes)",
          median(ours),
          Math.min(...ours),
          Math.max(...ours),
        ],
        ["bare client (reads, publishes)", median(bare), Math.min(...bare), Math.max(...bare)],
        ["ratio of pairs", ratio, "", ""],
      ],
    },
    bar: {
      name: "sync of 1,000 events, keys read to message, over the bare client",
      measured: ratio,
      limit: 2,
      must: "at most",
    },
    data: { oursMs: ours, bareMs: bare, ratio },
  };
}

/** The bare client, which works on the database of a deployment. */
class BareClient {
  readonly #world: World;
  readonly #process: ChildProcess;

  constructor(world: World, project: string) {
    this.#world = world;
    const env = { ...process.env, NODE_OPTIONS: CONTAINER_HEAP, GCLOUD_PROJECT: project };
    this.#process = fork(BARE, { env });
  }

  /** Milliseconds until the message with these events is received. */
  async publish(ids: readonly string[]): Promise<number> {
    const { inbox, topic } = this.#world;
    const content = newContent();
    const message = inbox.messageWith(content);
    const started = new Promise<number>((resolve, reject) => {
      this.#process.once("message", resolve);
      this.#process.once("exit", () => {
        reject(new Error("The bare client has ended."));
      });
    });
    this.#process.send({ ids, content, topic });
    const [{ at }, startedMs] = await Promise.all([message, started]);
    this.#process.removeAllListeners("exit");
    return performance.timeOrigin + at - startedMs;
  }

  stop(): void {
    this.#process.disconnect();
    this.#process.kill();
  }
}
