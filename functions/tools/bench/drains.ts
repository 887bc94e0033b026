/** How fast a backlog is delivered: over lanes, in one, and in any order, by turns with the bare loop. */
import { BareCalls, type Loop } from "./bareCalls.ts";
import { Backlog, sweep, wakeLanes } from "./backlog.ts";
import type { Measuring } from "./deliveries.ts";
import type { Bar, SectionReport } from "./report.ts";
import { median, pairedRatio } from "./stats.ts";

/** Lanes, and calls in flight in the bare loop beside them. */
const LANES = 32;

interface Mode {
  readonly title: string;
  readonly bar: string;
  readonly inFlight: number;
  readonly ours: number[];
  readonly plain: number[];
  readonly marking: number[];
}

const NOTES = [
  "A backlog whose server answers at once, from the alarm, or the sweep, to its answer. Bare: a loop of the",
  "same requests with as many in flight; marking: each followed by the write that it has arrived. The bare",
  "loop shares the machine with nobody; beside deliveries the emulator takes a core, and looks at every",
  "delivery of a service for each page of a lane: so lanes, one lane and any order have a service each.",
];

export async function measureDrains({
  world,
  receiver,
  rules,
  effort,
  progress,
}: Measuring): Promise<SectionReport> {
  const mode = (title: string, bar: string, inFlight: number): Mode => ({
    ...{ title, bar, inFlight },
    ...{ ours: [], plain: [], marking: [] },
  });
  const overLanes = mode(`${String(LANES)} lanes`, `over ${String(LANES)} lanes`, LANES);
  const inOne = mode("one lane", "in one lane", 1);
  const inAny = mode("in any order", "in any order", LANES);
  const { runs, lane, lanes, any } = effort;
  const bare = new BareCalls("demo-bench-bare");
  const keysOf = (name: string): string[] =>
    Array.from({ length: LANES }, (_, index) => `${name}-${String(index)}`);
  try {
    for (let run = 0; run < runs; run++) {
      progress(`deliveries: a backlog, run ${String(run + 1)}`);
      const backlog = new Backlog(world, "backlog", [rules.lane, rules.lanes, rules.any]);
      await backlog.claim(rules.lanes, keysOf("warm"), 2);
      await backlog.claim(rules.lane, ["one"], lane);
      await backlog.claim(rules.lanes, keysOf("some"), lanes);
      await backlog.claim(rules.any, [""], any);
      const [alarm, sweeper] = await Promise.all([backlog.serve("alarm"), backlog.serve("sweep")]);
      await wakeLanes(alarm, rules.lanes, keysOf("warm"));
      const sent = receiver.calls.at(-1);
      if (sent === undefined) throw new Error("nothing was delivered");
      const measure = async (of: Mode, count: number, work: () => Promise<void>) => {
        const before = receiver.calls.length;
        const startedMs = performance.now();
        await work();
        const perSecond = (1000 * count) / (performance.now() - startedMs);
        const came = receiver.calls.length - before;
        if (came !== count)
          throw new Error(`${of.title}: ${String(came)} of ${String(count)} came`);
        of.ours.push(perSecond);
        const loop = (marks: boolean): Loop => ({ inFlight: of.inFlight, count, marks });
        if (run === 0 && of === inOne) await bare.run(receiver.url, sent, loop(true));
        of.plain.push(await bare.run(receiver.url, sent, { ...loop(false), count: 2 * count }));
        of.marking.push(await bare.run(receiver.url, sent, loop(true)));
      };
      await measure(inOne, lane, () => wakeLanes(alarm, rules.lane, ["one"]));
      await measure(overLanes, LANES * lanes, () => wakeLanes(alarm, rules.lanes, keysOf("some")));
      await measure(inAny, any, () => sweep(sweeper));
      await Promise.all([alarm.stop(), sweeper.stop()]);
      await backlog.close();
    }
  } finally {
    bare.stop();
  }
  const modes = [overLanes, inOne, inAny];
  return {
    tables: [
      {
        title: "Deliveries a second, to a server on this machine",
        columns: ["", "deliveries/s", "bare", "of bare", "bare, marking", "of bare, marking"],
        rows: modes.map(({ title, ours, plain, marking }) => [
          title,
          median(ours),
          median(plain),
          pairedRatio(ours, plain),
          median(marking),
          pairedRatio(ours, marking),
        ]),
        notes: NOTES,
      },
    ],
    // At least once cannot do with less than a call and a write that it has arrived.
    bars: [overLanes, inOne].map(({ bar, ours, marking }): Bar => ({
      name: `deliveries per second ${bar}, over a bare loop that marks each`,
      measured: pairedRatio(ours, marking),
      limit: 0.5,
      must: "at least",
    })),
    data: { drains: modes },
  };
}
