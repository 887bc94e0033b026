/** Deliveries with their defaults: each test overrides what it is about. */
import type { Delivery } from "../../src/domain/delivery.ts";
import { NOW } from "./factories.ts";

export function deliveryOf(overrides: Partial<Delivery> = {}): Delivery {
  return {
    serviceName: "svc",
    syncId: "sync1",
    target: "web",
    kind: "http",
    key: "",
    reason: "complete",
    eventID: "event1",
    createdAtMs: NOW,
    retentionPeriod: 604_800,
    place: "1",
    state: "waiting",
    attempt: 1,
    attempts: [],
    ...overrides,
  };
}
