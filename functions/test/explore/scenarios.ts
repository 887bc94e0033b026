/** What goes on beside each other. Small: what is wrong with many is nearly always wrong with few. */
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { endpoint, NOW, rule } from "../support/factories.ts";
import { httpTarget, pullTarget } from "../support/targets.ts";
import type { ScenarioFacts } from "./run.ts";

const taken = rule();
const byHand = rule({ trigger: { type: "none" } });
const kept = rule({ trigger: { keepEventAfterTrigger: true } });
/** Two of three complete it; what comes of the fourth joins them. */
const twoOfThree = rule({
  endpoints: ["a", "b", "c", "d"].map((eventKey) => endpoint(eventKey)),
  condition: {
    atLeast: { n: 2, of: ["a", "b", "c"].map((eventKey) => ({ endpoint: eventKey, min: 1 })) },
  },
});
const short = rule({ trigger: { observationPeriod: 2 } });

/** Open since a moment before its deadline, which passes while a scenario plays. */
const closing = rule({ deadline: { seconds: 10, then: "publish" } });
const discarding = rule({ deadline: { seconds: 10, then: "discard" } });
const almostDue: ScenarioFacts["before"] = [
  ["a", 9995],
  ["a", 9000],
];
/** Longer than the grace. */
const PAST_GRACE_MS = 1100;
const keyed = rule({ correlation: {} });
const shortKeyed = rule({ correlation: {}, trigger: { observationPeriod: 2 } });
const keyedClosing = rule({ correlation: {}, deadline: { seconds: 600, then: "publish" } });
/** Their triggers and alarms are lost. The deadlines of two pass while a scenario plays, that of the third soon after. */
const keysAlmostDue: ScenarioFacts["before"] = [
  ["a", 599_995, "1"],
  ["a", 599_000, "2"],
  ["a", 580_000, "3"],
];
/** Longer than the net leaves a window to its alarm, once its deadline has passed. */
const PAST_ALARM_MS = 12_500;

/** With a lane, a log, and a target that takes syncs in any order. */
const delivering = rule({
  targets: [httpTarget("lane", { ordered: "all" }), pullTarget("log")],
});
const unordered = rule({ targets: [httpTarget("web")] });

const MINUTE_MS = 60_000;
type Before = ScenarioFacts["before"];

/** What a trigger tells of the last of these. */
function lastOf(before: Before): { readonly eventKey: string; readonly receivedAtMs: number } {
  const [eventKey, agoMs] = before.at(-1) ?? ["a", 0];
  return { eventKey, receivedAtMs: NOW - agoMs };
}

const twoPairs: Before = [
  ["a", 5000],
  ["b", 4000],
  ["a", 3000],
  ["b", 2000],
];
/** More than a commit takes, where it takes two. */
const oneLargeSync: Before = [
  ["a", 9000],
  ["a", 8000],
  ["a", 7000],
  ["a", 6000],
  ["b", 5000],
];
const open: Before = [...twoPairs, ["a", 1000]];
/** One that is large, one that is not, and one that is open. */
const largeAndOpen: Before = [...oneLargeSync, ["a", 4000], ["b", 3000], ["a", 2000]];
/** What is read of it, kept, and claimed at a time is less than it holds. */
const notWhole = { scanPage: 1, seekAfter: 2, claimChunk: 2 } as const;

const checks = (
  name: string,
  facts: Partial<ScenarioFacts> & { readonly count?: number },
): ScenarioFacts => {
  const { count = 2, before = twoPairs, rule: by = taken } = facts;
  return {
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) =>
      Array.from({ length: count }, (_, index) =>
        world.check(`check ${String(index + 1)}`, by, lastOf(before)),
      ),
    ...facts,
    name,
    before,
    rule: by,
  };
};

/** Two pairs are long complete, but their triggers are late; the last event comes now. */
const late: Before = [
  ["a", 20 * MINUTE_MS],
  ["b", 19 * MINUTE_MS],
  ["a", 10 * MINUTE_MS],
];

/** Two windows are complete, and their triggers are lost; one is open. */
/** A claim of it takes several commits, if two events are claimed with each; its trigger is late. */
const largeOfKey: Before = [
  ["a", 100_009, "1"],
  ["a", 100_008, "1"],
  ["a", 100_007, "1"],
  ["a", 100_006, "1"],
  ["b", 100_005, "1"],
];

/** Received before it and after it. */
const BEHIND_AND_AFTER = [
  ["a", 100_100],
  ["b", 99_000],
] as const;

const threeKeys: Before = [
  ["a", 20 * MINUTE_MS, "1"],
  ["b", 19 * MINUTE_MS, "2"],
  ["a", 18 * MINUTE_MS, "2"],
  ["b", 17 * MINUTE_MS, "1"],
  ["a", 10 * MINUTE_MS, "3"],
];

/** A probe that looks at all that there is finds both endpoints, a replay only one of them. */
const expiredAndOpen: Before = [
  ["b", 500_000],
  ["a", 1000],
];

const stored = (world: Parameters<ScenarioFacts["works"]>[0], by: Rule, keys: readonly string[]) =>
  keys.map((key, index) => world.arrival(`event ${String(index + 1)} ${key}`, by, key));

export const scenarios: readonly ScenarioFacts[] = [
  checks("two checks", {}),
  checks("three checks", { count: 3, mostFaults: 0 }),
  checks("checks, two faults", { mostFaults: 2 }),
  checks("checks in several commits", {
    before: oneLargeSync,
    claimChunk: 2,
  }),
  checks("checks of a window that is not read whole", {
    before: largeAndOpen,
    ...notWhole,
    isPrompt: false,
  }),
  checks("checks, pages of one", { scanPage: 1 }),
  {
    name: "events",
    rule: taken,
    before: [],
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => stored(world, taken, ["a", "b", "a", "b"]),
  },
  {
    name: "events, two of three and an optional one",
    rule: twoOfThree,
    before: [
      ["d", 2000],
      ["a", 1000],
    ],
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => stored(world, twoOfThree, ["c", "d", "b", "a"]),
  },
  {
    name: "events, pages of one",
    rule: taken,
    before: [["a", 1000]],
    scanPage: 1,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: true,
    works: (world) => stored(world, taken, ["b", "a", "b"]),
  },
  {
    name: "late triggers and an event",
    rule: taken,
    before: late,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [
      world.check("check", taken, { eventKey: "b", receivedAtMs: NOW - 19 * MINUTE_MS }),
      world.arrival("event b", taken, "b"),
    ],
  },
  {
    name: "check and sweep",
    rule: taken,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [world.check("check", taken, lastOf(twoPairs)), world.sweep("sweep", taken)],
  },
  {
    name: "late sweep of a short period",
    rule: short,
    before: [
      ["a", 500_000],
      ["b", 499_000],
      ["a", 400_000],
      ["b", 390_000],
    ],
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("sweep 1", short),
      world.check("check", short, { eventKey: "a", receivedAtMs: NOW - 400_000 }),
    ],
  },
  {
    name: "check and reset",
    rule: taken,
    before: open,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [world.check("check", taken, lastOf(open)), world.reset("reset", taken)],
  },
  {
    name: "check, reset and an event",
    rule: short,
    before: expiredAndOpen,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [
      world.check("check", short),
      world.reset("reset", short),
      world.arrival("event b", short, "b", world.leap("time", 5)),
    ],
  },
  {
    name: "check and events",
    rule: short,
    before: expiredAndOpen,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [world.check("check", short), ...stored(world, short, ["a", "b"])],
  },
  {
    name: "check and manual trigger",
    rule: taken,
    before: open,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [world.check("check", taken, lastOf(open)), world.trigger("trigger", taken)],
  },
  {
    name: "event and manual trigger",
    rule: taken,
    before: [["a", 1000]],
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [...stored(world, taken, ["b"]), world.trigger("trigger", taken)],
  },
  {
    name: "takeover",
    rule: taken,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", taken, lastOf(twoPairs)),
      world.sweep("sweep", taken, world.leap("time", LEASE_MS + 1000)),
    ],
  },
  {
    name: "takeover by two",
    // No checks of their own: then the steps of the sweeps are few, and all orders of them are soon seen.
    rule: byHand,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [
      world.trigger("trigger", byHand),
      world.sweep("sweep 1", byHand, world.leap("time", LEASE_MS + 1000)),
      world.sweep("sweep 2", byHand),
    ],
  },
  {
    name: "takeover of a claim in several commits",
    rule: taken,
    before: oneLargeSync,
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", taken, lastOf(oneLargeSync)),
      world.sweep("sweep", taken, world.leap("time", LEASE_MS + 1000)),
    ],
  },
  {
    name: "slow claim in several commits",
    rule: taken,
    before: oneLargeSync,
    claimChunk: 2,
    claimMs: 10 * LEASE_MS,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: false,
    works: (world) => {
      const [first, second] = [1, 2].map((turn) =>
        world.leap(`time ${String(turn)}`, 0.6 * LEASE_MS),
      );
      return [
        world.check("check", taken, lastOf(oneLargeSync)),
        world.sweep("sweep", taken, async () => {
          await first?.();
          await second?.();
        }),
      ];
    },
  },
  {
    name: "deadline and a completing event",
    rule: closing,
    before: almostDue,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("alarm", closing, world.leap("time", PAST_GRACE_MS)),
      ...stored(world, closing, ["b"]),
    ],
  },
  {
    name: "deadline, two looks and an event",
    rule: closing,
    before: almostDue,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: false,
    works: (world) => {
      // In between it is the deadline that has passed, not its grace.
      const [first, second] = [1, 2].map((turn) =>
        world.leap(`time ${String(turn)}`, PAST_GRACE_MS / 2),
      );
      return [
        world.sweep("alarm", closing, async () => {
          await first?.();
          await second?.();
        }),
        world.check("check", closing),
        ...stored(world, closing, ["b"]),
      ];
    },
  },
  {
    name: "deadline that discards, two looks",
    rule: discarding,
    before: almostDue,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("alarm", discarding, world.leap("time", PAST_GRACE_MS)),
      world.sweep("sweep", discarding, world.leap("time again", PAST_GRACE_MS)),
    ],
  },
  {
    name: "deadline, reset and an event",
    rule: closing,
    before: almostDue,
    mostFaults: 0,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("alarm", closing, world.leap("time", PAST_GRACE_MS)),
      world.reset("reset", closing),
      ...stored(world, closing, ["b"]),
    ],
  },
  {
    name: "takeover of a claim by two, and an event",
    rule: taken,
    before: oneLargeSync,
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", taken, lastOf(oneLargeSync)),
      world.sweep("sweep 1", taken, world.leap("time", LEASE_MS + 1000)),
      world.check("check 2", taken),
      ...stored(world, taken, ["b"]),
    ],
  },
  {
    name: "claim in several commits and events",
    rule: taken,
    before: oneLargeSync,
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [
      world.check("check", taken, lastOf(oneLargeSync)),
      ...stored(world, taken, ["b", "a"]),
    ],
  },
  {
    name: "claim in several commits and reset",
    rule: taken,
    before: [...oneLargeSync, ["a", 1000]],
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [
      world.check("check", taken, lastOf(oneLargeSync)),
      world.reset("reset", taken),
      ...stored(world, taken, ["b"]),
    ],
  },
  {
    name: "claim in several commits and manual trigger",
    rule: taken,
    before: [...oneLargeSync, ["a", 1000]],
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", taken, lastOf(oneLargeSync)),
      world.trigger("trigger", taken),
    ],
  },
  {
    name: "claim in steps that are short",
    rule: taken,
    before: largeAndOpen,
    ...notWhole,
    claimMs: 0,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check 1", taken, lastOf(oneLargeSync)),
      world.check("check 2", taken),
      world.sweep("sweep", taken),
    ],
  },
  checks("targets in any order", { rule: unordered, mostFaults: 2 }),
  {
    name: "targets in any order, taken over by two",
    rule: unordered,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", unordered, lastOf(twoPairs)),
      world.sweep("sweep 1", unordered, world.leap("time", LEASE_MS + 1000)),
      world.sweep("sweep 2", unordered),
    ],
  },
  checks("a lane and a log", { rule: delivering }),
  {
    name: "a lane and a log, events",
    rule: delivering,
    before: [["a", 1000]],
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => stored(world, delivering, ["b", "a", "b"]),
  },
  {
    name: "a lane and a log, taken over by two",
    rule: delivering,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", delivering, lastOf(twoPairs)),
      world.sweep("sweep 1", delivering, world.leap("time", LEASE_MS + 1000)),
      world.sweep("sweep 2", delivering),
    ],
  },
  {
    name: "a lane and a log, a claim in several commits and events",
    rule: delivering,
    before: oneLargeSync,
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", delivering, lastOf(oneLargeSync)),
      ...stored(world, delivering, ["a", "b"]),
    ],
  },
  {
    name: "a lane that waits, and sweeps",
    rule: delivering,
    before: twoPairs,
    mostFaults: 2,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", delivering, lastOf(twoPairs)),
      ...stored(world, delivering, ["a", "b"]),
      world.sweep("sweep", delivering, world.leap("time", 6000)),
    ],
  },
  checks("kept", { rule: kept, isSequential: "never" }),
  checks("kept in several documents", {
    rule: kept,
    before: oneLargeSync,
    claimChunk: 2,
    isSequential: "never",
  }),
  {
    name: "kept, events",
    rule: kept,
    before: [["a", 1000]],
    mostFaults: 1,
    isSequential: "never",
    isPrompt: true,
    works: (world) => stored(world, kept, ["b", "a"]),
  },
  {
    name: "kept, manual trigger and sweep",
    rule: kept,
    before: open,
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    isTakenByName: true,
    works: (world) => [world.trigger("trigger", kept), world.sweep("sweep", kept)],
  },
  {
    name: "kept and taken at once",
    rule: kept,
    before: twoPairs,
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [
      world.check("check kept", kept, lastOf(twoPairs)),
      world.check("check taken", taken, lastOf(twoPairs)),
    ],
  },
  {
    name: "two keys, and a manual trigger over all",
    rule: keyed,
    before: [
      ["a", 2000, "1"],
      ["a", 1000, "2"],
    ],
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [
      world.arrival("event b 1", keyed, "b", undefined, "1"),
      world.arrival("event b 2", keyed, "b", undefined, "2"),
      world.triggerAll("trigger", keyed),
    ],
  },
  {
    name: "a key, a claim in several commits and late events",
    rule: keyed,
    before: largeOfKey,
    claimChunk: 2,
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [
      world.check("check", keyed, lastOf(largeOfKey), "1"),
      // The net looks two minutes after their receipt: the claim may have ended with its instance, and is leased still.
      world.lateAndSwept("late", keyed, "1", BEHIND_AND_AFTER, 25_000),
    ],
  },
  {
    name: "keys, lost triggers and sweeps",
    rule: keyed,
    before: threeKeys,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("sweep 1", keyed),
      world.sweep("sweep 2", keyed),
      world.arrival("event b 3", keyed, "b", undefined, "3"),
    ],
  },
  {
    name: "keys with a deadline, an alarm and completing events",
    rule: keyedClosing,
    before: keysAlmostDue,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("alarm", keyedClosing, undefined, "1", world.leap("time", PAST_GRACE_MS)),
      world.arrival("event b 1", keyedClosing, "b", undefined, "1"),
      world.arrival("event b 2", keyedClosing, "b", undefined, "2"),
    ],
  },
  {
    name: "keys with a deadline, lost alarms and sweeps",
    rule: keyedClosing,
    before: keysAlmostDue,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.sweep("sweep 1", keyedClosing),
      world.sweep("sweep 2", keyedClosing, world.leap("time", PAST_ALARM_MS)),
      world.arrival("event b 2", keyedClosing, "b", undefined, "2"),
    ],
  },
  {
    name: "keys, a check and a reset of all",
    rule: keyed,
    before: threeKeys,
    mostFaults: 1,
    isSequential: "always",
    isPrompt: false,
    works: (world) => [
      world.check("check", keyed, { eventKey: "b", receivedAtMs: NOW - 17 * MINUTE_MS }, "1"),
      world.reset("reset", keyed),
      world.sweep("sweep", keyed),
    ],
  },
  {
    name: "a key: check, reset and an event",
    rule: shortKeyed,
    before: expiredAndOpen.map(([eventKey, agoMs]) => [eventKey, agoMs, "1"]),
    mostFaults: 1,
    isSequential: "always",
    isPrompt: true,
    works: (world) => [
      world.check("check", shortKeyed, undefined, "1"),
      world.reset("reset", shortKeyed),
      world.arrival("event b", shortKeyed, "b", world.leap("time", 5), "1"),
    ],
  },
  {
    name: "two periods at once",
    rule: taken,
    before: [
      ["a", 200_000],
      ["a", 150_000],
      ["b", 149_500],
      ["b", 100_000],
    ],
    mostFaults: 1,
    isSequential: "never",
    isPrompt: false,
    works: (world) => [
      world.check("check", taken),
      world.sweep("sweep of a shorter period", short),
    ],
  },
];

/** @throws RangeError if there is none */
export function scenarioOf(name: string): ScenarioFacts {
  const found = scenarios.find((facts) => facts.name === name);
  if (found === undefined) {
    const names = scenarios.map((facts) => facts.name).join("; ");
    throw new RangeError(`there is no scenario "${name}"; there are: ${names}`);
  }
  return found;
}
