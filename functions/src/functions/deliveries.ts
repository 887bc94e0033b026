import type { IncomingMessage } from "node:http";
import { onRequest } from "firebase-functions/https";
import { askedDeliveries, commandIn, cursorOf, RATES } from "../adapters/http/askedDeliveries.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { textIn } from "../adapters/http/textIn.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { operations } from "../compose.ts";
import { targetOf, type DeliveriesRoute } from "../config/routeDeliveries.ts";
import type { ServiceConfig } from "../config/schema.ts";
import type { AttemptRecord } from "../domain/attemptRecord.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Target } from "../domain/target.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** What becomes of the syncs of targets, and what somebody does about it; the paths are in `routeDeliveries`. */
export const deliveries = onRequest(
  { invoker: invokersOf("deliveries"), timeoutSeconds: TIME_LIMIT_SECONDS.deliveries },
  handle("deliveries", (route, request) => answer(route, request)),
);

async function answer(
  { service, operation }: DeliveriesRoute,
  request: IncomingMessage,
): Promise<Answer> {
  const { serviceName } = service;
  const { deps, ...does } = await operations();
  const named = (target: Target) => ({ service: serviceName, target: target.name });
  switch (operation.kind) {
    case "list": {
      const names = targetsFor(service, textIn(request, "target")).map(({ name }) => name);
      const asked = askedDeliveries(request);
      const page = await does.listDeliveries(deps, serviceName, names, asked);
      const { next } = page;
      return ok({
        service: serviceName,
        deliveries: page.deliveries.map(inList),
        next: next === undefined ? null : cursorOf(next),
      });
    }
    case "show": {
      const { syncId, target } = operation;
      const id = { service: serviceName, target, syncId };
      const stored = await deps.deliveries.get(id);
      if (stored === undefined) throw does.unknownDelivery(id);
      return ok({ service: serviceName, ...inFull(stored.delivery) });
    }
    case "redrive": {
      const { syncId, target } = operation;
      await commandIn(request, []);
      await does.redriveOne(deps, { service: serviceName, target, syncId });
      return ok({ ...named(target), syncId, redriven: 1 });
    }
    case "redriveAll": {
      const fields = ["target", "from", "to", "rate"] as const;
      const { target, fromMs, toMs, rate } = await commandIn(request, fields);
      const redriven = await does.redriveAll(deps, serviceName, targetsFor(service, target), {
        aboveMs: fromMs === undefined ? undefined : fromMs - 1,
        upToMs: toMs,
        rate: rate ?? RATES.usual,
      });
      const { untilMs, ...counts } = redriven;
      return ok({ service: serviceName, ...counts, until: date(untilMs) });
    }
    case "showTarget": {
      const { target } = operation;
      const { name, kind } = target;
      const [state, waiting, undeliverable] = await Promise.all([
        deps.targetStates.read(named(target)),
        deps.deliveries.count(named(target), { states: ["waiting"] }),
        deps.deliveries.count(named(target), { states: ["undeliverable"] }),
      ]);
      return ok({
        service: serviceName,
        target: name,
        kind,
        ...paused(state),
        waiting,
        undeliverable,
      });
    }
    case "pause": {
      const { target } = operation;
      const { reason = "somebody paused it" } = await commandIn(request, ["reason"]);
      const state = await does.pauseTarget(deps, serviceName, target, reason);
      return ok({ ...named(target), ...paused(state) });
    }
    case "resume": {
      const { target } = operation;
      const { rate = RATES.usual } = await commandIn(request, ["rate"]);
      const { untilMs, ...resumed } = await does.resumeTarget(deps, serviceName, target, rate);
      return ok({ ...named(target), ...resumed, until: date(untilMs) });
    }
    case "test": {
      const { target } = operation;
      await commandIn(request, []);
      const { record, ...tested } = await does.testTarget(deps, service, target);
      return ok({ ...named(target), ...tested, attempt: recordView(record) });
    }
  }
}

const ok = (body: Readonly<Record<string, unknown>>): Answer => ({ status: 200, body });

/** Those that are meant: the one of that name, or all. */
function targetsFor(service: ServiceConfig, name: string | undefined): readonly Target[] {
  return name === undefined ? (service.targets ?? []) : [targetOf(service, name)];
}

const date = (ms: number): string => new Date(ms).toISOString();

function paused({
  pausedAtMs,
  reason,
}: {
  readonly pausedAtMs: number | undefined;
  readonly reason?: string;
}): object {
  if (pausedAtMs === undefined) return { paused: false };
  return { paused: true, since: date(pausedAtMs), ...(reason !== undefined && { reason }) };
}

/** Without what its server has answered. */
function inList(delivery: Delivery): object {
  const { attempts } = delivery;
  const last = attempts.at(-1);
  if (last === undefined) return view(delivery);
  const { attempt, atMs, durationMs, status, error } = last;
  const told = {
    ...{ attempt, atMs, durationMs },
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error }),
  };
  return { ...view(delivery), lastAttempt: recordView(told) };
}

function inFull(delivery: Delivery): object {
  return { ...view(delivery), attempts: delivery.attempts.map(recordView) };
}

function view(delivery: Delivery): object {
  const { syncId, target, kind, key, reason, eventID, createdAtMs, state, attempt } = delivery;
  const { nextAttemptAtMs, lane, offset, doneAtMs } = delivery;
  return {
    ...{ syncId, target, kind, state, reason, eventID },
    ...(key !== "" && { key }),
    createdAt: date(createdAtMs),
    attempt,
    ...(state === "waiting" &&
      nextAttemptAtMs !== undefined && { nextAttemptAt: date(nextAttemptAtMs) }),
    ...(lane !== undefined && { lane }),
    ...(offset !== undefined && { offset }),
    ...(doneAtMs !== undefined && { doneAt: date(doneAtMs) }),
  };
}

function recordView({ atMs, ...record }: AttemptRecord): object {
  return { at: date(atMs), ...record };
}
