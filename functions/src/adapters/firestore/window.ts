import {
  Timestamp,
  type Firestore,
  type Query,
  type QueryDocumentSnapshot,
  type WriteBatch,
} from "@google-cloud/firestore";
import type { Log, Window } from "../../app/ports.ts";
import { isExpired, latestExpired, lookNext, type Expiry } from "../../domain/expiry.ts";
import type { Rule } from "../../domain/rule.ts";
import { isConflict } from "./conflicts.ts";
import type { Paths } from "./paths.ts";
import { toExpirable, toPending } from "./pendingDocument.ts";

/** Documents of one page of expired events, and so of the commit that removes them. */
const EXPIRED_PAGE = 450;

/** Most values that Firestore takes in one `in`. */
const MAX_IN = 30;

/**
 * The pending events of a service. Every query is served by the composite index declared for `pending`
 * (`eventKey`, `exported`, `receivedAt` newest first); no other field of it is indexed.
 */
export function makeWindow(db: Firestore, paths: Paths, log: Log): Window {
  const since = (rule: Rule, eventKey: string, sinceMs: number): Query => {
    const ofEndpoint = paths.pending(rule.serviceName).where("eventKey", "==", eventKey);
    // What a rule that kept its events has exported is in a sync: events that are taken are in one only.
    const counting = rule.trigger.keepEventAfterTrigger
      ? ofEndpoint.where("exported", "in", [false, true])
      : ofEndpoint.where("exported", "==", false);
    return counting
      .where("receivedAt", ">", Timestamp.fromMillis(sinceMs))
      .orderBy("receivedAt", "desc");
  };

  return {
    async count(rule, eventKey, sinceMs, limit) {
      const result = await since(rule, eventKey, sinceMs).limit(limit).count().get();
      return result.data().count;
    },

    async hasNew({ serviceName, endpoints }, sinceMs) {
      const eventKeys = endpoints.map(({ eventKey }) => eventKey);
      for (let start = 0; start < eventKeys.length; start += MAX_IN) {
        const result = await paths
          .pending(serviceName)
          .where("eventKey", "in", eventKeys.slice(start, start + MAX_IN))
          .where("exported", "==", false)
          .where("receivedAt", ">", Timestamp.fromMillis(sinceMs))
          .orderBy("receivedAt", "desc")
          .limit(1)
          .count()
          .get();
        if (result.data().count > 0) return true;
      }
      return false;
    },

    async collect(rule, sinceMs) {
      const results = await Promise.all(
        rule.endpoints.map(({ eventKey }) => since(rule, eventKey, sinceMs).get()),
      );
      const snapshots = results.flatMap(({ docs }) => docs);
      const read = snapshots.map((snapshot) => ({ snapshot, pending: toPending(snapshot) }));
      const malformed = read.filter(({ pending }) => pending === undefined);
      await Promise.all(malformed.map(({ snapshot }) => setAside(db, paths, log, snapshot)));
      return read.flatMap(({ pending }) => pending ?? []);
    },

    async removeExpired({ serviceName, endpoints }, expiry, goOn) {
      const removed = await Promise.all(
        endpoints.map(({ eventKey }) =>
          removeExpiredOf(db, paths, serviceName, eventKey, expiry, goOn),
        ),
      );
      return removed.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Removes what has expired of one endpoint, page by page, the newest first; returns how many. */
async function removeExpiredOf(
  db: Firestore,
  paths: Paths,
  serviceName: string,
  eventKey: string,
  expiry: Expiry,
  goOn: () => boolean,
): Promise<number> {
  let total = 0;
  let page: readonly QueryDocumentSnapshot[];
  let untilMs = latestExpired(expiry);
  // Ends: what a page holds is removed, or the next page begins before all of it that stays.
  do {
    ({ docs: page } = await paths
      .pending(serviceName)
      .where("eventKey", "==", eventKey)
      .where("exported", "in", [false, true])
      .where("receivedAt", "<=", Timestamp.fromMillis(untilMs))
      .orderBy("receivedAt", "desc")
      .select("receivedAt", "countsUntil")
      .limit(EXPIRED_PAGE)
      .get());
    const read = page.map((snapshot) => ({ snapshot, expirable: toExpirable(snapshot) }));
    const expired = read.filter(({ expirable }) => isExpired(expirable, expiry));
    const staying = read.filter(({ expirable }) => !isExpired(expirable, expiry));
    if (expired.length > 0) {
      const batch = db.batch();
      for (const { snapshot } of expired) {
        batch.delete(snapshot.ref, { lastUpdateTime: snapshot.updateTime });
      }
      if (!(await applies(batch))) return total; // somebody was at them; the next sweep looks again
      total += expired.length;
    }
    untilMs = lookNext(
      untilMs,
      staying.map(({ expirable }) => expirable),
      expiry,
    );
  } while (page.length === EXPIRED_PAGE && goOn());
  return total;
}

/** Commits; false if somebody else has changed one of the documents since they were read. */
async function applies(batch: WriteBatch): Promise<boolean> {
  try {
    await batch.commit();
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}

/**
 * Moves a pending marker that cannot be read out of the way, to `malformed`, so that it stops no
 * window and nobody loses it. If somebody has put it right meanwhile it stays.
 */
export async function setAside(
  db: Firestore,
  paths: Paths,
  log: Log,
  snapshot: QueryDocumentSnapshot,
): Promise<void> {
  const serviceName = snapshot.ref.parent.parent?.id ?? "";
  const batch = db.batch();
  batch.set(paths.malformed(serviceName).doc(snapshot.id), {
    document: snapshot.data(),
    setAsideAt: Timestamp.now(),
  });
  batch.delete(snapshot.ref, { lastUpdateTime: snapshot.updateTime });
  await applies(batch); // if not, another check has moved it
  log.error("pending.setAside", { service: serviceName, eventId: snapshot.id });
}
