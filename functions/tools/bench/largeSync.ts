/** What is added to a large sync by claiming it: beside a client that only reads and publishes it. */
import type { Bar, Table } from "./report.ts";
import { newContent } from "./server.ts";
import { median, pairedRatio } from "./stats.ts";
import type { Deployment, World } from "./world.ts";

/** Documents per request of the bare client; the fastest of 100, 250, 500 and 1000. */
const READ_SLICE = 250;

export interface LargeSync {
  readonly table: Table;
  readonly bar: Bar;
  readonly data: unknown;
}

/** From the keys of the window having been read to the message, by turns with the bare client. */
export async function measureLargeSync(
  world: World,
  { server, checkWindow }: Deployment,
  { events, runs }: { readonly events: number; readonly runs: number },
  progress: (text: string) => void,
): Promise<LargeSync> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run <= runs; run++) {
    progress(`latency: syncs of ${String(events)} beside the bare client, run ${String(run)}`);
    const ids = await world.seed(server, "idle", events - 1, { pending: true });
    const content = newContent();
    const message = world.inbox.messageWith(content);
    const { delivered, eventId } = await server.send("idle", "last", content);
    const { at } = await message;
    await delivered;
    const { lastQueryEndedMs } = await checkWindow.operations();
    const measured = performance.timeOrigin + at - lastQueryEndedMs;
    const alone = await readAndPublish(world, [...ids, eventId]);
    if (run === 0) continue; // the first of each is slower: code that never ran before
    ours.push(measured);
    bare.push(alone);
  }
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

async function readAndPublish({ db, inbox, topic }: World, ids: string[]): Promise<number> {
  const content = newContent();
  const message = inbox.messageWith(content);
  const collection = db.collection("services").doc("idle").collection("events");
  const startedAt = performance.now();
  const slices = [];
  for (let start = 0; start < ids.length; start += READ_SLICE) {
    slices.push(db.getAll(...ids.slice(start, start + READ_SLICE).map((id) => collection.doc(id))));
  }
  const documents = (await Promise.all(slices)).flat();
  const events = [...documents.map((document) => document.data()), { content }];
  await inbox.publish(topic, JSON.stringify({ events: { many: { events } } }));
  return (await message).at - startedAt;
}
