import pMap from "p-map";
import { isStray, laneKeyOf, type Delivery } from "../../domain/delivery.ts";
import type { Rule } from "../../domain/rule.ts";
import type { Target } from "../../domain/target.ts";
import { Coalescer } from "../coalescer.ts";
import type { Clock, Lease } from "../ports.ts";
import type {
  Deliveries,
  Delivered,
  HeldDelivery,
  TargetId,
  Taking,
  WakeUp,
} from "../ports/deliveries.ts";
import { reasonOf, type SentTarget } from "./attempts.ts";
import { Gates } from "./gates.ts";
import { KnownStates } from "./knownStates.ts";
import { workLane } from "./laneWorker.ts";
import type { DelivererPorts, DeliveryDeps } from "./parts.ts";
import { SharedReads } from "./sharedReads.ts";
import { numberAll } from "./numberAll.ts";
import { newReport, type DeliveryReport } from "./report.ts";
import { deliverSingle, takeAndDeliver } from "./single.ts";
import { sweepTargets, type SweepErrors } from "./sweepTargets.ts";

/** Delivers syncs to the targets of their services. */
export interface Deliverer {
  /**
   * The first attempts of what has just been claimed, and what is before it in its lanes. Never throws:
   * whatever is not done comes up again.
   */
  begin(rules: readonly Rule[], leases: readonly Lease[]): Promise<void>;
  /** Sees to a delivery, or a lane, if it is due. @returns why not, if nobody can */
  wake(rules: readonly Rule[], wakeUp: WakeUp): Promise<string | undefined>;
  /** Sees to what is due and what was left behind. @param untilMs when to begin no more */
  sweep(rules: readonly Rule[], untilMs: number, errors: SweepErrors): Promise<DeliveryReport>;
}

/** How long one call begins attempts: together with the longest of them, less than its function runs. */
const WORK_MS = 30_000;

/** Deliveries of a target that wait for its gate at a time, and lanes of it. */
const CONCURRENCY = 64;

/** How long marking may take, and taking. */
const MARK_MS = 30_000;

export function makeDeliverer(ports: DelivererPorts): Deliverer {
  const shared = {
    ...ports,
    gates: new Gates(),
    states: new KnownStates(ports.targetStates, ports.clock),
    reads: new SharedReads(ports.deliveries, ports.events),
    takes: takesOf(ports.deliveries),
    marks: marksOf(ports.deliveries, ports.clock),
  };
  const depsOf = (): DeliveryDeps => ({ ...shared, report: newReport() });

  return {
    async begin(rules, leases) {
      const deps = depsOf();
      const untilMs = ports.clock() + WORK_MS;
      const held = leases.flatMap(heldOf);
      const byTarget = Map.groupBy(held, ({ delivery: { serviceName, target } }) =>
        JSON.stringify([serviceName, target]),
      );
      const beginAll = async (some: readonly HeldDelivery[]): Promise<void> => {
        const [first] = some;
        if (first === undefined) return;
        const id = idOf(first.delivery);
        const found = targetOf(rules, id);
        if (found === undefined) return;
        try {
          await beginTarget(deps, found, some, untilMs);
        } catch (cause) {
          ports.log.error("sweep.stepFailed", { step: "deliver", ...id, error: reasonOf(cause) });
        }
      };
      await Promise.all([...byTarget.values()].map(beginAll));
    },

    async wake(rules, { service, target: name, of }) {
      const deps = depsOf();
      const id = { service, target: name };
      const target = targetOf(rules, id);
      if (target === undefined || target.kind === "pull") return "the service has no such target";
      if (await deps.states.isPaused(id)) return undefined;
      const untilMs = ports.clock() + WORK_MS;
      if ("lane" in of) {
        await workLane(deps, { target, lane: { ...id, ...of }, untilMs });
        return undefined;
      }
      const stored = await ports.deliveries.get({ ...id, ...of });
      const { state, lane, nextAttemptAtMs = Infinity } = stored?.delivery ?? {};
      if (stored === undefined || state !== "waiting" || nextAttemptAtMs > ports.clock()) {
        return undefined;
      }
      // The sweep moves it.
      if (isStray(target, lane)) return undefined;
      if (lane === undefined) {
        await takeAndDeliver(deps, target, stored, untilMs);
      } else {
        const key = laneKeyOf(target, stored.delivery.key);
        await workLane(deps, { target, lane: { ...id, lane, key }, untilMs });
      }
      return undefined;
    },

    sweep: (rules, untilMs, errors) => sweepTargets(depsOf(), rules, untilMs, errors),
  };
}

const idOf = ({ serviceName: service, target }: Delivery): TargetId => ({ service, target });

function heldOf({ deliveries = [], sync, version, untilMs }: Lease): HeldDelivery[] {
  return deliveries.map((delivery) => ({ delivery, sync, version, untilMs }));
}

/** As it is configured now. */
function targetOf(rules: readonly Rule[], { service, target }: TargetId): Target | undefined {
  const rule = rules.find(({ serviceName }) => serviceName === service);
  return rule?.targets?.find(({ name }) => name === target);
}

async function beginTarget(
  deps: DeliveryDeps,
  target: Target,
  held: readonly HeldDelivery[],
  untilMs: number,
): Promise<void> {
  const [first] = held;
  if (first === undefined) return;
  const id = idOf(first.delivery);
  // A log is never paused, though it may have been a server that was.
  if (target.kind === "pull") {
    await numberAll(deps, id);
    return;
  }
  if (await deps.states.isPaused(id)) return;
  const sent: SentTarget = target;
  const known = new Map(held.map(({ sync }) => [sync.id, sync]));
  const works = [...Map.groupBy(held, ({ delivery }) => delivery.lane)].flatMap(([lane, some]) =>
    lane === undefined
      ? some.map((one) => async () => {
          await deliverSingle(deps, sent, one, untilMs);
        })
      : [
          () => {
            const key = laneKeyOf(target, some[0]?.delivery.key ?? "");
            return workLane(deps, { target: sent, lane: { ...id, lane, key }, untilMs, known });
          },
        ],
  );
  await pMap(works, (work) => work(), { concurrency: CONCURRENCY, stopOnError: false });
}

/** What is due while others are taken is taken together. */
function takesOf(
  deliveries: Deliveries,
): Coalescer<undefined, Taking, ReadonlyMap<Taking, HeldDelivery | undefined>> {
  return new Coalescer(async (_, asked) => {
    const takings = [...asked];
    const taken = await deliveries.take(takings);
    return new Map(takings.map((taking, index) => [taking, taken[index]]));
  }, MARK_MS);
}

/** What arrives while others are marked is marked together. */
function marksOf(deliveries: Deliveries, clock: Clock): Coalescer<undefined, Delivered, undefined> {
  return new Coalescer(async (_, delivered) => {
    await deliveries.markDelivered([...delivered], clock());
    return undefined;
  }, MARK_MS);
}
