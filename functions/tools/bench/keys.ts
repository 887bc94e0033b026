/**
 * What an event and a sync cost where 10,000 other keys are open, beside where one is. As many events wait
 * on both sides: the emulator looks at every document of a collection, which Firestore does not.
 */
import { randomBytes } from "node:crypto";

import { closedLoop } from "./closedLoop.ts";
import { countWhile, type Counts } from "./cost.ts";
import type { SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";
import type { Deployment, World } from "./world.ts";

const SERVICE = "keyed";
const OPEN = [1, 10_000] as const;
const WAITING = 10_000;
const IN_FLIGHT = 32;

interface Side {
  readonly open: number;
  readonly plain: Deployment;
  readonly counted: Deployment;
  readonly pairMs: number[];
  readonly ingestPerSecond: number[];
  operations: Counts;
}

export async function measureKeys(
  world: World,
  { effort }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const sides: Side[] = [];
  for (const open of OPEN) {
    progress(`keys: ${String(open)} open`);
    // Of a project of its own each: the emulator looks through all documents of one.
    const [plain, counted] = await Promise.all([
      world.deploy(`keys-${String(open)}`),
      world.deploy(`keys-counted-${String(open)}`, { counted: true }),
    ]);
    for (const deployment of [plain, counted]) {
      await world.seed(deployment, SERVICE, WAITING, {
        pending: true,
        keyOf: (index) => `open-${String(index % open)}`,
      });
    }
    const operations = { reads: NaN, writes: NaN, deletes: NaN, rpcs: NaN };
    sides.push({ open, plain, counted, pairMs: [], ingestPerSecond: [], operations });
  }
  const { runs, syncs } = effort.idle;
  for (const side of sides) {
    const { counts } = await countWhile(side.counted, async () => {
      for (let pair = 0; pair < syncs; pair++) await timePair(world, side.counted);
    });
    const { reads, writes, deletes, rpcs } = counts;
    side.operations = {
      reads: reads / syncs,
      writes: writes / syncs,
      deletes: deletes / syncs,
      rpcs: rpcs / syncs,
    };
  }
  // By turns, so that a slow minute slows both.
  for (let run = 0; run < 2 * runs; run++) {
    progress(`keys: pairs and ingest, run ${String(run + 1)}`);
    for (const side of sides) {
      const times: number[] = [];
      for (let pair = 0; pair < syncs; pair++) times.push(await timePair(world, side.plain));
      side.pairMs.push(median(times));
    }
    for (const side of sides) {
      const { server } = side.plain;
      const { perSecond } = await closedLoop(IN_FLIGHT, { ms: effort.ingest.ms }, () =>
        server.store(SERVICE, "many", newContent(), randomBytes(8).toString("hex")),
      );
      side.ingestPerSecond.push(perSecond);
    }
  }
  for (const { plain, counted } of sides)
    await Promise.all([world.stop(plain), world.stop(counted)]);
  return report(sides);
}

/** @returns milliseconds from the answer to the second event to the message */
async function timePair({ inbox }: World, { server }: Deployment): Promise<number> {
  const key = randomBytes(8).toString("hex");
  await (
    await server.send(SERVICE, "many", newContent(), key)
  ).delivered;
  const content = newContent();
  const message = inbox.messageWith(content);
  const { at, delivered } = await server.send(SERVICE, "last", content, key);
  const received = await message;
  await delivered;
  return received.at - at;
}

function report(sides: readonly Side[]): SectionReport {
  const [one, many] = sides;
  if (one === undefined || many === undefined) throw new Error("nothing was compared");
  const operationsOf = ({ operations: { reads, writes, deletes } }: Side): number =>
    reads + writes + deletes;
  return {
    tables: [
      {
        title: "Keys: a pair of events of a key of its own, beside others that are open",
        columns: ["open keys", "reads", "writes", "deletes", "sync p50 ms", "events/s stored"],
        rows: sides.map(({ open, operations, pairMs, ingestPerSecond }) => [
          open.toLocaleString("en"),
          operations.reads,
          operations.writes,
          operations.deletes,
          median(pairMs),
          median(ingestPerSecond),
        ]),
        notes: [
          `Beside it ${WAITING.toLocaleString("en")} events wait, of one key or of one each.`,
        ],
      },
    ],
    bars: [
      {
        name: "operations of a pair, 10,000 open keys over one",
        measured: operationsOf(many) / operationsOf(one),
        limit: 1,
        must: "at most",
      },
      {
        name: "two-event sync, 10,000 open keys over one",
        measured: pairedRatio(many.pairMs, one.pairMs),
        limit: 1.2,
        must: "at most",
      },
      {
        name: "time to store an event, 10,000 open keys over one",
        measured: pairedRatio(one.ingestPerSecond, many.ingestPerSecond),
        limit: 1.1,
        must: "at most",
      },
    ],
    data: sides.map(({ open, operations, pairMs, ingestPerSecond }) => ({
      open,
      operations,
      pairMs,
      ingestPerSecond,
    })),
  };
}
