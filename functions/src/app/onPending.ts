import type { Rule } from "../domain/rule.ts";
import type { Engine } from "./engine.ts";
import type { Log } from "./ports.ts";

/** A pending marker was created, as the platform tells it: perhaps late, repeatedly or out of order. */
export interface PendingCreated {
  readonly serviceName: string;
  readonly eventId: string;
  /** Undefined if the marker cannot be read. */
  readonly eventKey: string | undefined;
}

/**
 * Runs the window check that a new event asks for. What can never succeed is reported and acknowledged
 * (a service or endpoint that is not configured any more); whatever else fails is thrown, so that the
 * platform tries again.
 */
export async function onPending(
  engine: Pick<Engine, "checkWindow">,
  log: Log,
  rules: readonly Rule[],
  { serviceName, eventId, eventKey }: PendingCreated,
): Promise<void> {
  const facts = { service: serviceName, eventId };
  const rule = rules.find((candidate) => candidate.serviceName === serviceName);
  if (rule === undefined) {
    log.warn("pending.ignored", { ...facts, problem: "the service is not configured" });
    return;
  }
  if (eventKey === undefined) {
    log.error("pending.ignored", { ...facts, problem: "the document is malformed" });
    return;
  }
  if (rule.trigger.type === "none") return;
  const isConfigured = rule.endpoints.some((endpoint) => endpoint.eventKey === eventKey);
  if (!isConfigured) {
    log.warn("pending.ignored", { ...facts, problem: `no endpoint ${eventKey} is configured` });
    return;
  }
  await engine.checkWindow(rule, eventKey);
}
