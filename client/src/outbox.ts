import type { Firestore, Transaction, WriteBatch } from "@google-cloud/firestore";

import { ruleOf, type Service } from "./service.ts";
import { stagedWrites, type Staged, type StagedEvent } from "./stagedEvent.ts";

/** Stages events of one service. */
export interface Outbox {
  /**
   * Adds an event to a transaction or a batch: it is there if and when that is committed, and EventSync then
   * takes it as one that came over HTTP. 2 writes, no read.
   *
   * An event that is there already, by its `idempotencyKey`, fails the commit with `ALREADY_EXISTS` (gRPC
   * code 6): what was to be committed with it is not, as it was with the first one.
   *
   * @throws EventSyncError, see its `code`: `unknown-endpoint`, `invalid-configuration`, `key-missing`,
   *   `invalid-key`, `event-too-large`; then nothing has been added
   * @throws TypeError for what is no event at all
   */
  readonly stage: (writes: Transaction | WriteBatch, event: StagedEvent) => Staged;
}

/**
 * @param db the database of EventSync, which must be that of the business data, too
 * @param service as it is configured
 * @throws EventSyncError `invalid-configuration`
 */
export function outbox(db: Firestore, service: Service): Outbox {
  ruleOf(service); // Refused here rather than by the first event.
  return {
    stage: (writes, event) => {
      const receivedAt = new Date();
      const { eventId, writes: staged } = stagedWrites(service, event, receivedAt.getTime());
      // The same methods of both; their overloads are not the same type.
      const batch = writes as WriteBatch;
      // Plain values, no class of a client: there may be more than one copy of it.
      for (const { kind, path, fields } of staged) {
        const ref = db.doc(path);
        if (kind === "create") batch.create(ref, fields);
        else batch.set(ref, fields);
      }
      return { eventId, receivedAt };
    },
  };
}
