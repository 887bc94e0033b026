import type { AttemptRecord } from "../../domain/attemptRecord.ts";
import type { Rule } from "../../domain/rule.ts";
import { toMessageEvent, type SyncMessage } from "../../domain/syncMessage.ts";
import type { HttpTarget, Target } from "../../domain/target.ts";
import type { Ports } from "../ports.ts";
import { attempt, type SentTarget } from "./attempts.ts";
import type { CallTarget } from "./parts.ts";
import { requireSent } from "./redrive.ts";

type Deps = Pick<Ports, "publisher" | "clock" | "newId"> & { readonly callTarget: CallTarget };

/** By which a receiver knows a test: in the headers of a call, and as `test` in the message. */
const HEADER = "eventsync-test";

export interface Tested {
  readonly isDelivered: boolean;
  readonly eventID: string;
  readonly record: AttemptRecord;
}

/**
 * Sends a message of no sync to a target, once: what it answers decides nothing, is published nowhere, and
 * nothing is stored.
 *
 * @throws EventSyncError `wrong-state` for a target that is pulled from
 */
export async function testTarget(deps: Deps, rule: Rule, target: Target): Promise<Tested> {
  requireSent(target);
  const syncId = `test-${deps.newId()}`;
  const message = testMessage(rule, syncId, deps.clock());
  const sending = { message, syncId, eventId: syncId, attempt: 1 };
  const { verdict, record } = await attempt(deps, marked(target), sending);
  return { isDelivered: verdict.next === "delivered", eventID: message.eventID, record };
}

/** Without what others would hear of it. */
function marked(target: SentTarget): SentTarget {
  if (target.kind !== "http") return target;
  const test: { -readonly [Name in keyof HttpTarget]: HttpTarget[Name] } = {
    ...target,
    headers: { ...target.headers, [HEADER]: "true" },
  };
  delete test.reply;
  delete test.deadLetter;
  return test;
}

/** One event of each endpoint, whose content is `test`. */
function testMessage(rule: Rule, eventID: string, nowMs: number): SyncMessage {
  const date = new Date(nowMs).toISOString();
  const lists = rule.endpoints.map(({ eventKey, minNbOfOccurrence, eventToSend }) => {
    const event = toMessageEvent({
      id: eventID,
      receivedAtMs: nowMs,
      eventKey,
      headers: [{ name: "Content-Type", values: ["text/plain"] }],
      queryParams: [],
      content: "test",
      httpMethod: "POST",
    });
    const counts = { numberOfEvents: 1, minNbOfOccurrence, eventToSend };
    return [eventKey, { ...counts, events: [event] }] as const;
  });
  return {
    eventID,
    date,
    serviceName: rule.serviceName,
    triggerType: rule.trigger.type,
    events: Object.fromEntries(lists),
    completion: { reason: "manual", complete: false, missing: [] },
    ...(rule.correlation !== undefined && { key: "test" }),
    test: true,
  };
}
