/** Builders of domain values: valid by default, each test overrides what it is about. */
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import type { Lease } from "../../src/app/ports.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";
import type { Event, NewPendingEvent, PendingEvent } from "../../src/domain/event.ts";
import { everyEndpoint } from "../../src/domain/condition.ts";
import type { EndpointRule, Rule, Topic } from "../../src/domain/rule.ts";
import {
  completionOf,
  eventIdOf,
  type Member,
  type Sync,
  type SyncEndpoint,
} from "../../src/domain/sync.ts";
import type { AcceptedRequest } from "../../src/app/storeEvent.ts";

/** 2023-01-12T11:06:20.908Z, as in the sample message of the original. */
export const NOW = Date.UTC(2023, 0, 12, 11, 6, 20, 908);

/** A time so many seconds before `NOW`. */
export const ago = (seconds: number): number => NOW - seconds * 1000;

export function endpoint(
  eventKey: string,
  overrides: Partial<Omit<EndpointRule, "eventKey">> = {},
): EndpointRule {
  return { eventKey, minNbOfOccurrence: 1, eventToSend: "ALL", ...overrides };
}

/** One with a topic of its own. */
export type TopicRule = Rule & { readonly targetPubSub: Topic };

interface RuleOverrides extends Partial<Omit<TopicRule, "trigger">> {
  readonly trigger?: Partial<Rule["trigger"]>;
}

/** A window of one hour over the endpoints `a` and `b`. */
export function rule({ trigger, ...overrides }: RuleOverrides = {}): TopicRule {
  const endpoints = overrides.endpoints ?? [endpoint("a"), endpoint("b")];
  return {
    serviceName: "svc",
    endpoints,
    condition: everyEndpoint(endpoints),
    trigger: {
      type: "window",
      observationPeriod: 3600,
      keepEventAfterTrigger: false,
      ...trigger,
    },
    targetPubSub: { topic: "projects/demo-eventsync/topics/target" },
    retentionPeriod: 604_800,
    ...overrides,
  };
}

/** The effective configuration of a service with these endpoints. */
export function serviceConfig(serviceName: string, eventKeys: readonly string[]): ServiceConfig {
  const endpoints = eventKeys.map((eventKey) => ({
    eventKey,
    acceptedHttpMethods: ["POST" as const],
    eventToSend: "ALL" as const,
    minNbOfOccurrence: 1,
    keepHeaders: [],
    redactQueryParams: [],
  }));
  return {
    serviceName,
    endpoints,
    condition: everyEndpoint(endpoints),
    trigger: { type: "window", observationPeriod: 3600, keepEventAfterTrigger: false },
    targetPubSub: { topic: "projects/demo-eventsync/topics/target" },
    retentionPeriod: 604_800,
  };
}

let nextId = 0;

/** An id that no other value of this process has, in the shape of a real one. */
export function uniqueId(prefix = "e"): string {
  return `${prefix}${String(nextId++).padStart(20, "0")}`;
}

export function event(overrides: Partial<Event> = {}): Event {
  return {
    id: uniqueId(),
    eventKey: "a",
    receivedAtMs: ago(60),
    httpMethod: "POST",
    headers: [],
    queryParams: [],
    content: "hello",
    ...overrides,
  };
}

export function pending(overrides: Partial<PendingEvent> = {}): PendingEvent {
  return {
    id: uniqueId(),
    eventKey: "a",
    receivedAtMs: ago(60),
    size: 100,
    exported: false,
    version: undefined,
    ...overrides,
  };
}

/** As many pending events of an endpoint, one second apart, the oldest first. */
export function pendingOf(
  eventKey: string,
  count: number,
  overrides: Partial<PendingEvent> = {},
): PendingEvent[] {
  return Array.from({ length: count }, (_, index) =>
    pending({ eventKey, receivedAtMs: ago(3000) + index * 1000, ...overrides }),
  );
}

export function markerOf(
  { id, eventKey, receivedAtMs }: Event,
  size = 100,
  key = "",
): NewPendingEvent {
  return { id, key, eventKey, receivedAtMs, size };
}

export function accepted(overrides: Partial<AcceptedRequest> = {}): AcceptedRequest {
  return {
    eventKey: "a",
    httpMethod: "POST",
    headers: [],
    queryParams: [],
    content: "hello",
    idempotencyKey: undefined,
    ...overrides,
  };
}

export function member(id: string, size = 100): Member {
  return { id, size };
}

/** An endpoint's share of a sync; counts and dates follow its members. */
export function syncEndpoint(
  eventKey: string,
  members: readonly Member[],
  overrides: Partial<SyncEndpoint> = {},
): SyncEndpoint {
  const isEmpty = members.length === 0;
  return {
    eventKey,
    minNbOfOccurrence: 1,
    eventToSend: "ALL",
    numberOfEvents: members.length,
    firstEventMs: isEmpty ? undefined : ago(60),
    lastEventMs: isEmpty ? undefined : ago(30),
    members,
    ...overrides,
  };
}

export function sync(endpoints: readonly SyncEndpoint[], overrides: Partial<Sync> = {}): Sync {
  return {
    id: "sync1",
    serviceName: "svc",
    eventID: eventIdOf(endpoints),
    key: "",
    completion: completionOf(everyEndpoint(endpoints), endpoints, "complete"),
    triggerType: "window",
    destination: "target",
    topic: "projects/demo-eventsync/topics/target",
    createdAtMs: NOW,
    retentionPeriod: 604_800,
    endpoints,
    ...overrides,
  };
}

/** A lease on a sync, for as long as an attempt may take. */
export function lease(held: Sync, overrides: Partial<Lease> = {}): Lease {
  return { sync: held, attempt: 1, untilMs: NOW + LEASE_MS, version: undefined, ...overrides };
}
