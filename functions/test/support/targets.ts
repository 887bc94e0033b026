/** Targets with their defaults: each test overrides what it is about. */
import { SYNC_REASONS } from "../../src/domain/sync.ts";
import type { HttpTarget, PubSubTarget, PullTarget } from "../../src/domain/target.ts";

export function httpTarget(name: string, overrides: Partial<HttpTarget> = {}): HttpTarget {
  return {
    name,
    kind: "http",
    reasons: SYNC_REASONS,
    url: "https://example.com/",
    method: "POST",
    headers: {},
    body: "message",
    timeoutSeconds: 10,
    allowPrivate: false,
    retry: { maxAttempts: 20, firstSeconds: 5, longestSeconds: 14_400 },
    ...overrides,
  };
}

export function topicTarget(name: string, overrides: Partial<PubSubTarget> = {}): PubSubTarget {
  const topic = `projects/demo-eventsync/topics/${name}`;
  return { name, kind: "pubsub", reasons: SYNC_REASONS, topic, ...overrides };
}

export function pullTarget(name: string): PullTarget {
  return { name, kind: "pull", reasons: SYNC_REASONS };
}
