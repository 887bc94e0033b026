import { onRequest } from "firebase-functions/https";
import { askedStatus, nextOf } from "../adapters/http/askedSyncs.ts";
import { dateOf, dateOrNull, syncInList } from "../adapters/http/syncView.ts";
import type { EndpointLook, WindowLook } from "../app/operate/lookAtWindow.ts";
import type { TargetStatus } from "../app/operate/tellStatus.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { overview } from "../compose.ts";
import { firesByItself } from "../domain/rule.ts";
import { ruleInWords } from "../domain/words.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** What a service waits for, and what has become of its last syncs: `/status`, `/status/<service>`. */
export const status = onRequest(
  { invoker: invokersOf("status"), timeoutSeconds: TIME_LIMIT_SECONDS.status },
  handle("status", async ({ service }, request) => {
    const asked = askedStatus(request, service);
    const told = await (await overview()).tellStatus(service, asked);
    const { nowMs, resetAtMs, windows, next, syncs, undelivered, targets } = told;
    return {
      status: 200,
      body: {
        service: service.serviceName,
        now: dateOf(nowMs),
        rule: ruleInWords(service),
        isKeyed: service.correlation !== undefined,
        trigger: firesByItself(service) ? "window" : "manual",
        observationPeriodSeconds: service.trigger.observationPeriod,
        resetAt: dateOrNull(resetAtMs),
        windows: windows.map(windowView),
        next: nextOf.window(next),
        syncs: syncs.map(syncInList),
        undelivered: { count: undelivered.count, oldestAt: dateOrNull(undelivered.oldestAtMs) },
        undeliverable: { count: targets.reduce((sum, one) => sum + one.undeliverable, 0) },
        targets: targets.map(targetView),
      },
    };
  }),
);

function windowView(window: WindowLook): object {
  const { key, first, lastMs, expiresAtMs, deadlineAtMs, missing, due, isClaiming } = window;
  return {
    ...(key !== "" && { key }),
    isOpen: first !== undefined,
    firstEventAt: dateOrNull(first?.receivedAtMs),
    lastEventAt: dateOrNull(lastMs),
    expiresAt: dateOrNull(expiresAtMs),
    deadlineAt: dateOrNull(deadlineAtMs),
    endpoints: window.endpoints.map(endpointView),
    missing: missing ?? null,
    due,
    ...(isClaiming && { isClaiming }),
  };
}

function endpointView({ eventKey, have, isAtLeast, need, firstMs, lastMs }: EndpointLook): object {
  return {
    ...{ eventKey, have, need },
    satisfied: have >= need,
    ...(isAtLeast === true && { isAtLeast }),
    firstEventAt: dateOrNull(firstMs),
    lastEventAt: dateOrNull(lastMs),
  };
}

function targetView(target: TargetStatus): object {
  const { pausedAtMs, reason, waiting, undeliverable } = target;
  return {
    target: target.target,
    kind: target.kind,
    paused: pausedAtMs !== undefined,
    ...(pausedAtMs !== undefined && { since: dateOf(pausedAtMs) }),
    ...(reason !== undefined && { reason }),
    ...{ waiting, undeliverable },
  };
}
