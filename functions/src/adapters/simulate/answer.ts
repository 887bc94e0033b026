import { setImmediate } from "node:timers/promises";
import type { Clock, TimesOfDay } from "../../app/ports.ts";
import type { Services } from "../../config/route.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { contentRulesOf } from "./proposed.ts";
import { makeSimulator, type Simulator } from "./simulator.ts";
import { Tallier, type Tally } from "./tally.ts";
import { openView, viewOf, type View } from "./view.ts";

/** What a simulation over HTTP answers. */
export interface SimulationAnswer {
  readonly service: string;
  /** The end. */
  readonly until: string;
  readonly summary: Tally & { readonly open: number };
  readonly fired: readonly View[];
  readonly open: readonly View[];
  readonly expired: readonly View[];
  readonly ignored: readonly View[];
  readonly refused: readonly View[];
  /** Events that were there already, resets, and manual triggers that found nothing. */
  readonly others: readonly View[];
  /** Syncs after that many ids have their counts only. */
  readonly idsLeftOut?: true;
}

/** Ids that an answer lists: where events are kept, each may be in as many syncs as there are events. */
const MOST_IDS = 100_000;

/** Characters of an answer: the platform sends 32 MiB at most, and others are served beside it. */
const MOST_CHARACTERS = 16_000_000;

/** Others are served between so many entries. */
const AT_ONCE = 200;

export interface AnswerFacts {
  readonly services: Services;
  readonly service: string;
  /** Undefined: the time of the last entry. */
  readonly untilMs: number | undefined;
  readonly timesOfDay: TimesOfDay;
  readonly clock: Clock;
  /** By then it is done, or given up. Epoch milliseconds. */
  readonly giveUpMs: number;
}

/**
 * Runs entries, and collects what is told of them.
 *
 * @param entries in the order of time
 * @throws EventSyncError `simulation-too-large` if time is up, or too much is told; what `take` throws
 */
export async function answerOf<Entry extends { readonly atMs: number }>(
  { services, service, untilMs, timesOfDay, clock, giveUpMs }: AnswerFacts,
  entries: readonly Entry[],
  take: (simulator: Simulator, entry: Entry) => void,
): Promise<SimulationAnswer> {
  const tallier = new Tallier();
  const views: View[] = [];
  let ids = 0;
  let characters = 0;
  let taken = 0;
  const kept = (view: View): View => {
    characters += JSON.stringify(view).length;
    if (characters > MOST_CHARACTERS) throw tooMuch(taken);
    return view;
  };
  const simulator = await makeSimulator({
    services,
    service,
    contentRules: contentRulesOf(services),
    timesOfDay,
    tell: (told) => {
      // One entry may be a batch, and all of one moment come at once.
      if (clock() > giveUpMs) throw timeIsUp(taken);
      tallier.add(told);
      if (told.what === "arrived") return;
      const view = viewOf(told);
      if (told.what !== "fired") {
        views.push(kept(view));
        return;
      }
      ids += Number(view["numberOfEvents"]);
      views.push(kept(ids > MOST_IDS ? { ...view, events: {} } : view));
    },
  });
  let lastMs = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.atMs > (untilMs ?? Infinity)) break;
    if (index % AT_ONCE === 0) await setImmediate();
    taken = index;
    take(simulator, entry);
    lastMs = entry.atMs;
  }
  const endMs = untilMs ?? lastMs;
  const open = simulator.end(endMs).map((one) => kept(openView(one)));
  const of = (what: View["what"]): View[] => views.filter((view) => view.what === what);
  const named = new Set<string>(["fired", "expired", "ignored", "refused"]);
  return {
    service,
    until: endMs === Infinity ? "end" : new Date(endMs).toISOString(),
    summary: { ...tallier.tally, open: open.length },
    fired: of("fired"),
    open,
    expired: of("expired"),
    ignored: of("ignored"),
    refused: of("refused"),
    others: views.filter(({ what }) => !named.has(what)),
    ...(ids > MOST_IDS && { idsLeftOut: true }),
  };
}

const timeIsUp = (done: number): EventSyncError =>
  tooLarge(`Time was up after ${String(done)} entries`);

const tooMuch = (done: number): EventSyncError =>
  tooLarge(
    `The answer is larger than ${String(MOST_CHARACTERS)} bytes after ${String(done)} entries`,
  );

const tooLarge = (problem: string): EventSyncError =>
  new EventSyncError("simulation-too-large", `${problem}: send fewer, or use scripts/simulate.`);
