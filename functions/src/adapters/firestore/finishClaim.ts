import type { ClaimLimits, GoOnResult, Lease } from "../../app/ports.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { completionOf, type Sync } from "../../domain/sync.ts";
import { commitNext, headOf, isAt, pathOf, type Progress } from "./claimProgress.ts";
import { completeState } from "./claimWrites.ts";
import { toDelivery } from "./deliveryDocument.ts";
import { beginDelivery, deliveryPath } from "./deliveryFields.ts";
import { REMOVED, type Doc, type Documents, type Write } from "./documents.ts";
import { MalformedDocumentError } from "./fields.ts";
import { isNewer } from "./form.ts";
import { StoredMembers } from "./members.ts";
import { deregistration } from "./serviceState.ts";
import { progressFields } from "./syncDocument.ts";

/** Makes the sync one that is to be published, and gives up the range. */
export async function finishClaim(
  documents: Documents,
  sync: Sync,
  progress: Progress,
  { leaseUntilMs }: ClaimLimits,
): Promise<GoOnResult> {
  const path = pathOf(sync);
  const { condition, token, parts, version } = progress;
  const { reason, deadlineAtMs } = sync.completion;
  const members = new StoredMembers(documents, { sync, token, parts });
  // Of what it holds now: what became visible meanwhile may have joined it, somebody may have taken something.
  const decided = {
    eventID: await members.eventID(),
    completion: completionOf(condition, sync.endpoints, reason, deadlineAtMs),
  };
  const whole = { ...sync, ...decided };
  const sendable = { ...(await members.sendable()), ...decided };
  const untilMs = leaseUntilMs();
  const state = completeState(sync);
  const done: Write = {
    kind: "update",
    path,
    fields: {
      ...progressFields(whole, headOf(sync), parts, state, untilMs),
      ...(state === "settled" && { nextAttemptAt: REMOVED }),
      claim: REMOVED,
    },
    version,
  };
  const isOurs = (doc: Doc): boolean => isAt(doc, { ...progress, state });
  let deliveries: readonly Delivery[] = [];
  const ends = async (): Promise<Write[]> => {
    deliveries = await begunDeliveries(documents, whole, progress.targets);
    return [done, ...deliveries.map((delivery) => beginDelivery(delivery, untilMs))];
  };
  const deregistered = deregistration(sync.serviceName, sync.id);
  let result = await commitNext(
    documents,
    path,
    version,
    [...(await ends()), deregistered],
    isOurs,
  );
  // Somebody has removed a delivery, or the service's document, and with it the list.
  if (result.outcome === "changed") {
    result = await commitNext(documents, path, version, await ends(), isOurs);
  }
  if (result.outcome !== "applied") return { outcome: "lost" };
  const lease: Lease = { sync: sendable, attempt: 1, untilMs, version: result.version };
  return {
    outcome: "claimed",
    lease: deliveries.length === 0 ? lease : { ...lease, deliveries },
  };
}

/** Those that were made with the sync and wait for it (1 read each). */
async function begunDeliveries(
  documents: Documents,
  { serviceName, id: syncId, eventID }: Sync,
  targets: readonly string[] = [],
): Promise<Delivery[]> {
  if (targets.length === 0) return [];
  const docs = await documents.get(
    targets.map((target) => deliveryPath({ serviceName, syncId, target })),
  );
  return docs.flatMap((doc) => {
    if (doc === undefined || isNewer(doc.fields)) return [];
    try {
      const delivery = toDelivery(doc);
      return delivery.state === "claiming" ? [{ ...delivery, state: "waiting", eventID }] : [];
    } catch (error) {
      if (error instanceof MalformedDocumentError) return [];
      throw error;
    }
  });
}
