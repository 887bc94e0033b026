import type { IncomingMessage } from "node:http";
import { readRange } from "../../app/operate/readRange.ts";
import type { Clock, ServiceState, TimesOfDay } from "../../app/ports.ts";
import type { StoredEvents } from "../../app/ports/storedEvents.ts";
import type { Services } from "../../config/route.ts";
import type { ServiceConfig } from "../../config/schema.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { windowOf } from "../../domain/window.ts";
import { answerOf, type AnswerFacts, type SimulationAnswer } from "./answer.ts";
import { askedConfig, askedReplay, askedSimulation, failureOf } from "./askedSimulation.ts";
import { contentRulesOf, proposedServices, validate, type Validation } from "./proposed.ts";
import { EntryError } from "./readEntry.ts";
import { makeSimulator, type JudgedEvent, type Simulator } from "./simulator.ts";

interface Deps {
  readonly services: () => Promise<Services>;
  readonly timesOfDay: TimesOfDay;
  readonly clock: Clock;
  /** What a replay reads. */
  readonly stored: () => Promise<{
    readonly storedEvents: StoredEvents;
    readonly services: ServiceState;
  }>;
}

/** How long one call may simulate, and read, well within the time of its function. */
const LIMIT_MS = { simulate: 12_000, read: 60_000 } as const;

/** What a configuration would make of events, over HTTP. Nothing is stored, published or called. */
export interface Simulations {
  /** Of a configuration in the body. */
  validate(request: IncomingMessage): Promise<Validation & Answered>;
  /** Of the events in the body. */
  simulate(request: IncomingMessage, service: ServiceConfig): Promise<SimulationAnswer & Answered>;
  /** Of the events that were stored in a range of times. */
  replay(request: IncomingMessage, service: ServiceConfig): Promise<ReplayAnswer & Answered>;
}

type Answered = Readonly<Record<string, unknown>>;

export interface ReplayAnswer extends SimulationAnswer {
  readonly from: string;
  readonly to: string;
  /** Events that were read. */
  readonly read: number;
  /** There are more, which were received before that: what begins there may lack events. */
  readonly cutAt: string | null;
  /** Resets of all windows in that time, which are in the replay. */
  readonly resets: number;
}

export function makeSimulations(deps: Deps): Simulations {
  const { clock, timesOfDay } = deps;
  const servicesOf = async (config: string | undefined, serviceName: string): Promise<Services> =>
    config === undefined ? deps.services() : proposedServices(config, serviceName);
  const factsOf = (
    services: Services,
    service: string,
    untilMs: number | undefined,
  ): AnswerFacts => {
    const giveUpMs = clock() + LIMIT_MS.simulate;
    return { services, service, untilMs, timesOfDay, clock, giveUpMs };
  };
  return {
    validate: async (request) => ({ ...validate(await askedConfig(request)) }),

    async simulate(request, { serviceName }) {
      const { config, entries, untilMs } = await askedSimulation(request);
      const services = await servicesOf(config, serviceName);
      const facts = factsOf(services, serviceName, untilMs);
      return {
        ...(await answerOf(facts, entries, (simulator, { entry, number }) => {
          takeOr(number, () => {
            simulator.take(entry, number);
          });
        })),
      };
    },

    async replay(request, service) {
      const { fromMs, toMs, config } = await askedReplay(request);
      const { serviceName } = service;
      const services = await servicesOf(config, serviceName);
      const stored = await deps.stored();
      const judge = await judgeOf(services, serviceName, timesOfDay);
      const proposed = services.find((one) => one.serviceName === serviceName);
      const endpoints = [...service.endpoints, ...(proposed?.endpoints ?? [])];
      const eventKeys = [...new Set(endpoints.map(({ eventKey }) => eventKey))];
      const untilMs = clock() + LIMIT_MS.read;
      const { told, read, cutAtMs } = await readRange(
        stored,
        serviceName,
        { eventKeys, fromMs, toMs },
        (event) => judge(event),
        () => clock() > untilMs,
      );
      // After the events: those of which one came before any of them are known then.
      const { resetsMs } = await stored.services.read(windowOf(service));
      const met = resetsMs.filter((ms) => ms >= (cutAtMs ?? fromMs) && ms <= toMs);
      const steps = stepsOf(told, met);
      const answer = await answerOf(
        factsOf(services, serviceName, toMs),
        steps,
        (simulator, step) => {
          takeStep(simulator, step, serviceName);
        },
      );
      const date = (ms: number): string => new Date(ms).toISOString();
      return {
        ...answer,
        from: date(fromMs),
        to: date(toMs),
        read,
        cutAt: cutAtMs === undefined ? null : date(cutAtMs),
        resets: met.length,
      };
    },
  };
}

/** Says what stored events would count as; it takes none. */
async function judgeOf(
  services: Services,
  service: string,
  timesOfDay: TimesOfDay,
): Promise<Simulator["judge"]> {
  const contentRules = contentRulesOf(services);
  const tell = (): void => undefined;
  const simulator = await makeSimulator({ services, service, contentRules, timesOfDay, tell });
  return (event) => simulator.judge(event);
}

type Step =
  | { readonly atMs: number; readonly judged: JudgedEvent; readonly number: number }
  | { readonly atMs: number; readonly judged: undefined };

function stepsOf(told: readonly JudgedEvent[], resetsMs: readonly number[]): Step[] {
  const events = told.map((judged, index): Step => {
    return { atMs: judged.receivedAtMs, judged, number: index + 1 };
  });
  const resets = resetsMs.map((atMs): Step => ({ atMs, judged: undefined }));
  return [...events, ...resets].toSorted((a, b) => a.atMs - b.atMs);
}

function takeStep(simulator: Simulator, step: Step, service: string): void {
  if (step.judged === undefined) simulator.takeReset(service, step.atMs);
  else simulator.takeJudged(step.judged, step.number);
}

/** What is wrong with an entry only once it is its turn. */
function takeOr(number: number, take: () => void): void {
  try {
    take();
  } catch (error) {
    if (!(error instanceof EntryError)) throw error;
    const failures = [failureOf(error, { message: `entry ${String(number)}` })];
    throw new EventSyncError("invalid-body", "An entry is not understood.", { failures });
  }
}
