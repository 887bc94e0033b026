/**
 * One schedule of a scenario: several engines on one database, each with its hook into a stage; then the
 * platform settles, and what is there is judged.
 */
import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { makeStorePorts, type StorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeDeliveryPorts } from "../../src/adapters/firestore/deliveryPorts.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { totalOf } from "../../src/app/delivery/report.ts";
import { makeEngine, type Engine, type NewEvent } from "../../src/app/engine.ts";
import { makeDeliverer } from "../../src/app/delivery/deliverer.ts";
import type { CallTarget } from "../../src/app/delivery/parts.ts";
import { ClaimUnfinishedError } from "../../src/app/finishClaims.ts";
import type { Clock, Log, Publisher } from "../../src/app/ports.ts";
import type { DeliveryPorts } from "../../src/app/ports/deliveries.ts";
import type { SweepReport } from "../../src/app/sweep.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { windowOf } from "../../src/domain/window.ts";
import type { Outcome } from "../../testkit/explore.ts";
import { MemoryDatabase, type Hook } from "../../testkit/memoryDocuments.ts";
import type { States } from "../../testkit/states.ts";
import { Stage, type Actor, type Choose, type Work } from "../../testkit/stage.ts";
import { accepted, NOW } from "../support/factories.ts";
import { judge } from "../../testkit/hostile/invariants.ts";
import type { Sent } from "../../testkit/hostile/invariants.ts";
import { Commits } from "./commits.ts";
import { judgeDeliveries, Server } from "./deliveries.ts";
import { memoryLedger } from "./memoryLedger.ts";

export interface ScenarioFacts {
  readonly name: string;
  /** By which all is judged, and settled. */
  readonly rule: Rule;
  /** Stored before: which endpoint, how long before the start, in milliseconds, and of which key. */
  readonly before: readonly (readonly [eventKey: string, agoMs: number, key?: string])[];
  readonly claimChunk?: number;
  readonly scanPage?: number;
  readonly seekAfter?: number;
  readonly claimMs?: number;
  /** How many faults a schedule has at most. */
  readonly mostFaults: number;
  /** Whether the syncs of windows are those of the reference, if the events become visible in their order. */
  readonly isSequential: "always" | "never";
  /** Without a fault everything is done without a sweep, and each message goes out once. */
  readonly isPrompt: boolean;
  /** A sync may be taken from its holder, since somebody asks for it by name. */
  readonly isTakenByName?: boolean;
  readonly works: (world: World) => readonly Play[];
}

/** What an instance is asked to do. */
export interface Play extends Work {
  /** The platform asks again, if it throws or its instance ends. */
  readonly again?: (engine: Engine) => Promise<unknown>;
}

/** An error that somebody might make: changes what an engine is made of. */
export interface Bug {
  readonly name: string;
  readonly documents?: (documents: Documents) => Documents;
  readonly ports?: (ports: EnginePorts, clock: Clock) => EnginePorts;
  readonly delivering?: (ports: BuggedDelivery, clock: Clock) => BuggedDelivery;
  /** @returns undoes it */
  readonly install?: () => () => void;
}

export type BuggedDelivery = DeliveryPorts & { readonly callTarget: CallTarget };

export type EnginePorts = StorePorts & { readonly publisher: Publisher };

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class World {
  readonly stage: Stage;
  readonly #facts: ScenarioFacts;
  readonly #bug: Bug | undefined;
  readonly database: MemoryDatabase;
  readonly #prepared: MemoryDatabase;
  readonly commits: Commits;
  readonly messages: Sent[] = [];
  readonly acceptedIds: string[] = [];
  readonly server: Server;
  #ids = 0;

  constructor(facts: ScenarioFacts, prepared: MemoryDatabase, choose: Choose, bug?: Bug) {
    this.#facts = facts;
    this.#bug = bug;
    this.#prepared = prepared;
    this.database = prepared.clone();
    this.commits = new Commits(facts.rule);
    this.server = new Server(this.database);
    const { mostFaults } = facts;
    this.stage = new Stage({ choose, mostFaults, startMs: NOW });
  }

  /**
   * All that the rest of a run rests on, once its instances have ended: whoever settles it comes anew, and
   * knows no version of a document. Of `before`, the same for all runs, only what was changed.
   */
  state(): unknown[] {
    const { database, commits, messages, acceptedIds, server, stage } = this;
    return [
      stage.clock(),
      stage.faults === 0,
      this.#ids,
      database.changes(this.#prepared),
      commits.state(),
      messages.map(({ data, attributes }) => [data, attributes]),
      acceptedIds,
      server.state(),
    ];
  }

  /** An instance, and whose it is. */
  instance(name: string): { readonly actor: Actor; readonly engine: Engine } {
    const actor = this.stage.actor(name);
    return { actor, engine: this.#engine(actor) };
  }

  /** @param behindMs how much its clock is behind */
  #engine(actor: Actor, behindMs = 0): Engine {
    const { name } = actor;
    const clock = (): number => this.stage.clock() - behindMs;
    const hook: Hook = (request, run) => {
      const madeAtMs = this.stage.clock();
      return actor.hook(request, () => {
        const answer = run();
        if (request.kind === "commit") {
          const atMs = this.stage.clock();
          this.commits.add({ actor: name, writes: request.writes ?? [], madeAtMs, atMs });
        }
        return answer;
      });
    };
    const asked = this.database.documents(hook);
    const documents = this.#bug?.documents?.(asked) ?? asked;
    const { claimChunk, scanPage, seekAfter, claimMs } = this.#facts;
    const ports: EnginePorts = {
      ...makeStorePorts(documents, silent),
      ...(scanPage !== undefined && { window: makeWindow(documents, silent, { scanPage }) }),
      publisher: {
        publish: ({ messages: batch }) =>
          actor.hook({ kind: "publish" }, () =>
            batch.map((message) => {
              const data = JSON.stringify(message);
              const attributes = { eventID: message.eventID };
              const value = `m${String(this.messages.push({ message, data, attributes }))}`;
              return { status: "fulfilled", value };
            }),
          ),
      },
    };
    const newId = (): string => `new${String(this.#ids++).padStart(17, "0")}`;
    const hasTargets = (this.#facts.rule.targets ?? []).length > 0;
    const delivering: BuggedDelivery = {
      ...makeDeliveryPorts(documents, silent),
      callTarget: this.server.caller(actor, clock),
    };
    const deliverer =
      hasTargets &&
      makeDeliverer({
        ...(this.#bug?.delivering?.(delivering, clock) ?? delivering),
        events: ports.events,
        publisher: ports.publisher,
        clock,
        newId,
        log: silent,
      });
    return makeEngine({
      ...(this.#bug?.ports?.(ports, clock) ?? ports),
      ...(deliverer !== false && { deliverer: () => Promise.resolve(deliverer) }),
      clock,
      newId,
      log: silent,
      ...(claimChunk !== undefined && { claimChunk }),
      ...(seekAfter !== undefined && { seekAfter }),
      ...(claimMs !== undefined && { claimMs }),
    });
  }

  /** A check, on an instance of its own, that an event asked for. */
  check(
    name: string,
    rule: Rule,
    event?: NewEvent,
    key = "",
    before?: () => Promise<unknown>,
  ): Play {
    const { actor, engine } = this.instance(name);
    const window = { ...windowOf(rule), key };
    return {
      actor,
      run: () => {
        const check = (): Promise<unknown> => engine.checkWindow(rule, window, event);
        return before === undefined ? check() : before().then(check);
      },
      again: (other) => other.checkWindow(rule, window, event),
    };
  }

  /** An event comes in, and when it is stored the platform asks for a check. */
  arrival(
    name: string,
    rule: Rule,
    eventKey: string,
    before?: () => Promise<unknown>,
    key = "",
  ): Play {
    const { actor, engine } = this.instance(name);
    const window = { ...windowOf(rule), key };
    return {
      actor,
      run: async () => {
        await before?.();
        const { eventId, receivedAtMs } = await engine.storeEvent(rule, acceptedOf(eventKey, key));
        this.acceptedIds.push(eventId);
        await engine.checkWindow(rule, window, { eventKey, receivedAtMs });
      },
      again: (other) => other.checkWindow(rule, window),
    };
  }

  /**
   * Events of a key that become visible so long after they were received, each with a check that it asks for;
   * then, after a while, a sweep.
   */
  lateAndSwept(
    name: string,
    rule: Rule,
    key: string,
    late: readonly (readonly [eventKey: string, behindMs: number])[],
    afterMs: number,
  ): Play {
    const { actor, engine } = this.instance(name);
    const window = { ...windowOf(rule), key };
    return {
      actor,
      run: async () => {
        for (const [eventKey, behindMs] of late) {
          const storing = this.#engine(actor, behindMs);
          const stored = await storing.storeEvent(rule, acceptedOf(eventKey, key));
          this.acceptedIds.push(stored.eventId);
          const { receivedAtMs } = stored;
          await engine.checkWindow(rule, window, { eventKey, receivedAtMs });
        }
        this.stage.advance(afterMs);
        await engine.sweep([rule]);
      },
      again: (other) => other.checkWindow(rule, window),
    };
  }

  sweep(name: string, rule: Rule, before?: () => Promise<unknown>): Play {
    const { actor, engine } = this.instance(name);
    return {
      actor,
      run: async () => {
        await before?.();
        await engine.sweep([rule]);
      },
    };
  }

  trigger(name: string, rule: Rule): Play {
    const { actor, engine } = this.instance(name);
    return { actor, run: () => engine.triggerSync(rule, windowOf(rule)) };
  }

  triggerAll(name: string, rule: Rule): Play {
    const { actor, engine } = this.instance(name);
    return { actor, run: () => engine.triggerAll(rule) };
  }

  reset(name: string, rule: Rule): Play {
    const { actor, engine } = this.instance(name);
    return { actor, run: () => engine.reset(rule, windowOf(rule)) };
  }

  /** Time passes, at some moment. */
  leap(name: string, ms: number): () => Promise<unknown> {
    const actor = this.stage.actor(name);
    return () =>
      actor.hook({ kind: "pause" }, () => {
        this.stage.advance(ms);
      });
  }
}

const acceptedOf = (eventKey: string, key: string): ReturnType<typeof accepted> =>
  accepted({ eventKey, ...(key !== "" && { key }) });

/** How many sweeps may find work: each one finishes something, or notes that it failed. */
const MOST_SWEEPS = 12;

/** What is there before a scenario begins; made once. */
export async function prepare({ rule, before }: ScenarioFacts): Promise<MemoryDatabase> {
  const database = new MemoryDatabase();
  let nowMs = NOW;
  let ids = 0;
  const engine = makeEngine({
    ...makeStorePorts(database.documents(), silent),
    publisher: { publish: () => Promise.resolve([]) },
    clock: () => nowMs,
    newId: () => `e${String(ids++).padStart(19, "0")}`,
    log: silent,
  });
  for (const [eventKey, agoMs, key = ""] of before) {
    nowMs = NOW - agoMs;
    await engine.storeEvent(rule, acceptedOf(eventKey, key));
  }
  return database;
}

export async function runScenario(
  facts: ScenarioFacts,
  prepared: MemoryDatabase,
  choose: Choose,
  { bug, settled }: { readonly bug?: Bug | undefined; readonly settled?: States | undefined } = {},
): Promise<Outcome> {
  const world = new World(facts, prepared, choose, bug);
  const { stage } = world;
  const undo = bug?.install?.();
  try {
    return { violations: await playAndJudge(facts, world, settled), ...outcomeOf(stage) };
  } catch (error) {
    return { violations: [`it does not end: ${String(error)}`], ...outcomeOf(stage) };
  } finally {
    undo?.();
  }
}

const outcomeOf = ({ options, history }: Stage): Omit<Outcome, "violations"> => ({
  options,
  history,
});

/** What no fault of a request explains. */
const MISTAKES = [TypeError, RangeError, ReferenceError];

async function playAndJudge(
  facts: ScenarioFacts,
  world: World,
  settled: States | undefined,
): Promise<string[]> {
  const { stage } = world;
  const failed = new Map<Play, unknown>();
  const plays = facts.works(world);
  await stage.play(
    plays.map((play) => ({
      actor: play.actor,
      run: () => play.run().catch((error: unknown) => failed.set(play, error)),
    })),
  );
  stage.calm();
  const isUnfinished = (play: Play): boolean => failed.has(play) || !play.actor.isAlive;
  // Others may make up for it: it is an error of ours all the same.
  const errors = [...failed.values()].filter((error) => MISTAKES.some((of) => error instanceof of));
  if (errors.length > 0) return errors.map(String);
  if (settled === undefined) return settleAndJudge(facts, world, plays.filter(isUnfinished));
  // Most schedules end in a state that another one has ended in.
  const key = settled.keyOf([...world.state(), plays.map(isUnfinished)]);
  if (settled.has(key)) return [];
  const violations = await settleAndJudge(facts, world, plays.filter(isUnfinished));
  if (violations.length === 0) settled.add(key);
  return violations;
}

/** Nothing is chosen any more: the same state is settled in the same way. */
async function settleAndJudge(
  facts: ScenarioFacts,
  world: World,
  unfinished: readonly Play[],
): Promise<string[]> {
  const { rule, isPrompt } = facts;
  const { stage } = world;
  const { actor, engine } = world.instance("platform");
  const once = async (run: () => Promise<unknown>): Promise<void> => {
    const [error] = await stage.play([{ actor, run }]);
    if (error !== undefined) throw error as Error;
  };
  for (const { again } of unfinished) {
    if (again !== undefined) await once(() => again(engine).catch(unlessUnfinished));
  }
  const violations: string[] = [];
  const isFaultless = stage.faults === 0;
  if (isPrompt && isFaultless) {
    violations.push(...verdict(facts, world).map((line) => `before any sweep, ${line}`));
  }
  const reports: SweepReport[] = [];
  do {
    stage.advance(LEASE_MS + 1000);
    await once(async () => reports.push(await engine.sweep([rule])));
  } while (!isQuiet(reports.at(-1)) && reports.length < MOST_SWEEPS);
  if (!isQuiet(reports.at(-1))) violations.push("sweeps still find work");
  const early = facts.isTakenByName === true ? [] : world.commits.early;
  return [...violations, ...verdict(facts, world), ...early];
}

/** What is too large for one check is left to the sweeps here. */
function unlessUnfinished(error: unknown): void {
  if (!(error instanceof ClaimUnfinishedError)) throw error;
}

function verdict(facts: ScenarioFacts, world: World): string[] {
  const { rule, isPrompt } = facts;
  const { commits } = world;
  const isFaultless = world.stage.faults === 0;
  const ledger = memoryLedger(world.database, rule.serviceName);
  const isSequential =
    facts.isSequential === "always" && commits.isVisibleInOrder && commits.isVisibleByDeadline;
  const { violations } = judge({
    rule,
    ledger,
    messages: world.messages,
    accepted: world.acceptedIds,
    nowMs: world.stage.clock(),
    expectOnce: isPrompt && isFaultless,
    isSequential,
  });
  const delivered = judgeDeliveries(rule, world.database, world.server, isSequential);
  return [...violations, ...((rule.targets ?? []).length > 0 ? delivered : [])];
}

function isQuiet(report: SweepReport | undefined): boolean {
  if (report === undefined) return false;
  const { published, failed, fired, expired, errors, oldestUnpublishedSeconds } = report;
  const { deliveries } = report;
  const done = published + failed + fired + expired + errors + totalOf(deliveries);
  return done === 0 && oldestUnpublishedSeconds === 0;
}
