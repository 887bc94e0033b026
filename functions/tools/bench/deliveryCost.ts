/** What a delivery costs in Firestore operations, counted at the client in the functions. */
import { Backlog, sweep, wakeLanes } from "./backlog.ts";
import type { Counts } from "./cost.ts";
import type { Measuring, Rules } from "./deliveries.ts";
import type { SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import { operationsOf } from "./world.ts";
import type { FunctionServer } from "../../testkit/functionServer.ts";

const NOTES = [
  "At once: what a service with a topic and this target takes for a sync, less what one with the topic alone",
  "takes. A backlog: of an alarm, or a sweep, that finds it, less what one takes that finds nothing, and the",
  "write that made it. All without the reads of the events of the message: 1 each for each target.",
];

type Row = Pick<Counts, "reads" | "writes" | "deletes">;

export async function measureDeliveryCost(measuring: Measuring): Promise<SectionReport> {
  measuring.progress("deliveries: cost");
  const rows = { ...(await atOnce(measuring)), ...(await ofBacklog(measuring)) };
  const sent = Object.entries(rows).filter(([name]) => name !== NUMBERED);
  // To a tenth: what is read once in ten seconds is no delivery's.
  const most = (pick: (row: Row) => number): number =>
    Math.round(10 * Math.max(...sent.map(([, row]) => pick(row)))) / 10;
  return {
    tables: [
      {
        title: "Cost of a delivery: Firestore documents",
        columns: ["", "reads", "writes", "deletes"],
        rows: Object.entries(rows).map(([name, row]) => [name, row.reads, row.writes, row.deletes]),
        notes: NOTES,
      },
    ],
    bars: [
      {
        name: "writes per delivery, at most",
        measured: most(({ writes }) => writes),
        limit: 3,
        must: "at most",
      },
      {
        name: "reads per delivery beside its events, at most",
        measured: most(({ reads }) => reads),
        limit: 2,
        must: "at most",
      },
    ],
    data: { deliveryCost: rows },
  };
}

const NUMBERED = "numbered, for a log";

/** Of a sync that has just been made. */
async function atOnce({ world, rules, effort, receiver }: Measuring): Promise<Record<string, Row>> {
  const { topic, topicAny, topicLane, topicLog } = rules;
  const backlog = new Backlog(world, "cost", [topic, topicAny, topicLane, topicLog]);
  const { server, checkWindow, stop } = await backlog.deploy({ counted: true });
  const perSync = async (service: keyof Rules): Promise<Row> => {
    // Whether the target is paused is read once in ten seconds, and not counted here.
    const send = async (key: string): Promise<void> => {
      const { delivered } = await server.send(service, "only", newContent(), key);
      await delivered;
    };
    await send("first");
    const before = await operationsOf(checkWindow);
    for (let sync = 0; sync < effort.syncs; sync++) await send(String(sync));
    return perDelivery(less(await operationsOf(checkWindow), before), effort.syncs);
  };
  const before = receiver.calls.length;
  const alone = await perSync("topic");
  const any = await perSync("topicAny");
  const lane = await perSync("topicLane");
  const log = await perSync("topicLog");
  const called = receiver.calls.length - before;
  if (called !== 2 * (effort.syncs + 1)) throw new Error(`${String(called)} calls came`);
  await stop();
  await backlog.close();
  return {
    "in any order, at once": less(less(any, alone), EVENT),
    "in a lane, at once": less(less(lane, alone), EVENT),
    [NUMBERED]: less(log, alone),
  };
}

/** Of what has waited. */
async function ofBacklog({ world, rules, effort }: Measuring): Promise<Record<string, Row>> {
  const { lane, any } = effort;
  const backlog = new Backlog(world, "cost-backlog", [rules.any, rules.lane]);
  await backlog.claim(rules.lane, ["one"], lane);
  await backlog.claim(rules.any, [""], any);
  const counting = async (target: string, work: (served: FunctionServer) => Promise<void>) => {
    const served = await backlog.serve(target, { counted: true });
    const before = await operationsOf(served);
    await work(served);
    const after = await operationsOf(served);
    await work(served);
    const idle = await operationsOf(served);
    await served.stop();
    return less(less(after, before), less(idle, after));
  };
  const inLane = await counting("alarm", (served) => wakeLanes(served, rules.lane, ["one"]));
  const inAny = await counting("sweep", sweep);
  await backlog.close();
  const made = { reads: 0, writes: -1, deletes: 0 };
  return {
    [`in a lane, ${String(lane)} that waited`]: less(less(perDelivery(inLane, lane), EVENT), made),
    [`in any order, ${String(any)} that waited`]: less(less(perDelivery(inAny, any), EVENT), made),
  };
}

/** Each message has one. */
const EVENT: Row = { reads: 1, writes: 0, deletes: 0 };

function perDelivery({ reads, writes, deletes }: Row, count: number): Row {
  return { reads: reads / count, writes: writes / count, deletes: deletes / count };
}

function less(row: Row, other: Row): Row {
  return {
    reads: row.reads - other.reads,
    writes: row.writes - other.writes,
    deletes: row.deletes - other.deletes,
  };
}
