import { EventSyncError } from "../../domain/errors.ts";
import type { Rule } from "../../domain/rule.ts";
import { windowFacts } from "../../domain/window.ts";
import type { MessageBudget } from "../messageBudget.ts";
import { eventsOf, messageOf, planOf } from "../messagePlan.ts";
import type { Ports } from "../ports.ts";
import type { ListedSync, SyncLog } from "../ports/syncLog.ts";
import { withCurrentTopic } from "../relay.ts";
import { unknownSync } from "./readSync.ts";

type Deps = Pick<Ports, "events" | "publisher" | "log"> & {
  readonly syncLog: SyncLog;
  /** What a process builds at a time. */
  readonly budget: MessageBudget;
};

export interface Resent {
  readonly eventID: string;
  readonly topic: string;
  readonly messageId: string;
}

/** Most time to wait for room in memory. */
const ROOM_MS = 30_000;

/** What tells a message that somebody had sent again, for consumers that treat it otherwise. */
const ATTRIBUTES = { resend: "true" } as const;

/**
 * Publishes the message of a sync once more, the same bytes, to the topic that its service has now. Of the sync
 * nothing changes: it was published, and stays so. Its deliveries to targets are not touched.
 *
 * @throws EventSyncError `unknown-sync`; `still-under-way` while its message is not out; `wrong-state` if it
 *   has none, or not all of its events are kept; `unavailable` if Pub/Sub did not take it
 */
export async function resendSync(deps: Deps, rule: Rule, syncId: string): Promise<Resent> {
  const { syncLog, events, publisher, budget, log } = deps;
  const { serviceName } = rule;
  const listed = await syncLog.get(serviceName, syncId);
  if (listed === undefined) throw unknownSync(serviceName, syncId);
  requirePublished(listed);
  const sync = withCurrentTopic(await syncLog.sendable(listed), [rule]);
  const { topic, format, orderingKey, eventID } = sync;
  const plan = planOf(sync);
  const eventIds = eventsOf(plan);
  const results = await budget.run(plan, ROOM_MS, async () => {
    const found = await events.read({ serviceName, eventIds });
    if (found.size < new Set(eventIds).size) {
      throw new EventSyncError("wrong-state", "Not all events of the sync are kept any more.");
    }
    return publisher.publish({
      topic,
      messages: [messageOf(sync, plan, found)],
      attributes: ATTRIBUTES,
      ...(format !== undefined && { format }),
      ...(orderingKey !== undefined && { orderingKey }),
    });
  });
  if (results === undefined) {
    throw new EventSyncError("unavailable", "Too many large messages are built at the moment.");
  }
  const [result] = results;
  if (result?.status !== "fulfilled") {
    const cause = result?.reason as unknown;
    throw new EventSyncError("unavailable", "Pub/Sub did not take the message.", { cause });
  }
  const messageId = result.value;
  const window = windowFacts({ service: serviceName, key: sync.key });
  log.info("sync.resent", { ...window, syncId, eventID, topic, messageId });
  return { eventID, topic, messageId };
}

function requirePublished({ state }: ListedSync): void {
  switch (state) {
    case "published":
      return;
    case "claiming":
    case "claimed":
      throw new EventSyncError(
        "still-under-way",
        "The message of the sync is not out yet; it goes out by itself.",
      );
    case "discarded":
      throw new EventSyncError("wrong-state", "The sync was discarded: it has no message.");
    case "settled":
      throw new EventSyncError(
        "wrong-state",
        "The sync has no topic of its own; its deliveries are redriven by “deliveries”.",
      );
  }
}
