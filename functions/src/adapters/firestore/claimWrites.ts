import type { Claim } from "../../app/ports.ts";
import type { Group } from "../../domain/decide.ts";
import { deliveriesOf, newestOf, type Delivery } from "../../domain/delivery.ts";
import type { PendingEvent } from "../../domain/event.ts";
import type { Member, Sync } from "../../domain/sync.ts";
import type { SyncState } from "../../domain/syncState.ts";
import { createDeliveries } from "./deliveryFields.ts";
import type { Write } from "./documents.ts";
import { paths } from "./paths.ts";
import { versionOf } from "./pendingDocument.ts";
import { decisionFields, partFields, progressFields } from "./syncDocument.ts";

export type Chunk = readonly Group[];

/**
 * Members of one document. Any name of a marker has at most 1500 bytes, so that even those are below
 * the 1 MiB of a document.
 */
export const DOCUMENT_MEMBERS = 450;

export const membersOf = (chunk: Chunk): PendingEvent[] =>
  chunk.flatMap(({ members }) => [...members]);
export const listsOf = (chunk: Chunk): (readonly Member[])[] => chunk.map(({ members }) => members);

export function syncPath({ rule, syncId }: Claim): string {
  return `${paths.syncs(rule.serviceName)}/${syncId}`;
}

export function markerPath({ rule }: Claim, { id }: PendingEvent): string {
  return `${paths.pending(rule.serviceName)}/${id}`;
}

/** What is to become of a whole sync whose message may be published now. */
export function completeState({ destination }: Sync): SyncState {
  return destination === "targets" ? "settled" : "claimed";
}

/** A whole sync, its first members and its deliveries. */
export interface MadeSync {
  readonly sync: Sync;
  readonly untilMs: number;
  readonly deliveries: readonly Delivery[];
  readonly writes: readonly Write[];
}

/** @param head its first members */
export function createSync(claim: Claim, sync: Sync, head: Chunk, parts: number): MadeSync {
  const untilMs = claim.leaseUntilMs();
  const deliveries = deliveriesOf(claim.rule, sync, newestOf(sync));
  const create: Write = {
    kind: "create",
    path: syncPath(claim),
    fields: {
      ...decisionFields(sync, claim.token),
      ...progressFields(sync, listsOf(head), parts, completeState(sync), untilMs),
    },
  };
  return { sync, untilMs, deliveries, writes: [create, ...createDeliveries(deliveries, untilMs)] };
}

export function createParts(
  path: string,
  token: string,
  sync: Sync,
  parts: readonly Chunk[],
): Write[] {
  return parts.map((part, index) => ({
    kind: "create",
    path: paths.part(path, token, index + 1),
    fields: partFields(sync, listsOf(part)),
  }));
}

export function takeMarkers(claim: Claim, chunk: Chunk): Write[] {
  return membersOf(chunk).map((event) => ({
    kind: "delete",
    path: markerPath(claim, event),
    version: versionOf(event),
  }));
}
