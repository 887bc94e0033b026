/** Errors that somebody might make in the core, each as small as the step that prevents it. */
import type { Doc, Documents, Write } from "../../src/adapters/firestore/documents.ts";
import { isConflict } from "../../src/adapters/firestore/conflicts.ts";
import type { Lease } from "../../src/app/ports.ts";
import { WindowProbe } from "../../src/app/probeWindow.ts";
import { expiryOf } from "../../src/domain/expiry.ts";
import { rule } from "../support/factories.ts";
import type { Bug } from "./run.ts";

const collectionOf = ({ path }: { readonly path: string }): string | undefined =>
  path.split("/")[2];
const isMarker = (write: Write): boolean => collectionOf(write) === "pending";
const isSync = (write: { readonly path: string }): boolean =>
  collectionOf(write) === "syncs" && write.path.split("/").length === 4;

/** Changes each write of a commit. */
const writing =
  (change: (write: Write) => Write) =>
  (documents: Documents): Documents => ({
    ...documents,
    commit: (writes) => documents.commit(writes.map(change)),
  });

const isRegistration = ({ path }: Write): boolean => path.split("/").length === 2;

const withoutWrites =
  (isLeftOut: (write: Write) => boolean) =>
  (documents: Documents): Documents => ({
    ...documents,
    commit: (writes) => documents.commit(writes.filter((write) => !isLeftOut(write))),
  });

/** Changes what is read of a sync after a commit that was refused. */
const lookingAgain =
  (change: (doc: Doc, created: Write | undefined) => Doc) =>
  (documents: Documents): Documents => {
    let refused: readonly Write[] | undefined;
    return {
      ...documents,
      commit: async (writes) => {
        refused = undefined;
        try {
          return await documents.commit(writes);
        } catch (error) {
          if (isConflict(error)) refused = writes;
          throw error;
        }
      },
      get: async (paths) => {
        const docs = await documents.get(paths);
        const asked = refused;
        if (asked === undefined) return docs;
        return docs.map((doc) =>
          doc !== undefined && isSync(doc)
            ? change(
                doc,
                asked.find(({ kind, path }) => kind === "create" && path === doc.path),
              )
            : doc,
        );
      },
    };
  };

/** What was found to be looked at again is forgotten. */
const tryNoneAgain: NonNullable<Bug["ports"]> = (ports) => ({
  ...ports,
  openWindows: {
    ...ports.openWindows,
    saveProgress: (service, progress) =>
      ports.openWindows.saveProgress(service, { ...progress, again: [] }),
  },
});

/** Each with the scenario that finds it. */
export const bugs: readonly (Bug & { readonly foundBy: string })[] = [
  {
    name: "a marker is deleted whatever its state",
    foundBy: "two checks",
    documents: writing((write) =>
      isMarker(write) && write.kind === "delete" ? { kind: "delete", path: write.path } : write,
    ),
  },
  {
    name: "a kept marker is marked whatever its state",
    foundBy: "kept, events",
    documents: writing((write) =>
      isMarker(write) && write.kind === "update" ? { ...write, version: undefined } : write,
    ),
  },
  {
    name: "after a lost answer the token is ignored",
    foundBy: "kept",
    documents: lookingAgain((doc, created) =>
      created?.kind === "create"
        ? { ...doc, fields: { ...doc.fields, token: created.fields["token"] } }
        : doc,
    ),
  },
  {
    name: "a claim in several commits is not put on the list of its service",
    foundBy: "claim in several commits and events",
    documents: withoutWrites(isRegistration),
  },
  {
    name: "a replay does not look what belongs to claims",
    foundBy: "claim in several commits and manual trigger",
    ports: (ports) => ({
      ...ports,
      services: {
        ...ports.services,
        read: async (window) => ({ ...(await ports.services.read(window)), claims: [] }),
      },
    }),
  },
  {
    name: "who takes a claim over publishes what there is",
    foundBy: "takeover of a claim in several commits",
    ports: (ports) => ({
      ...ports,
      outbox: {
        ...ports.outbox,
        goOn: ({ sync, progress }, limits) =>
          ports.outbox.goOn({ sync, progress: { rest: [], ...(progress as object) } }, limits),
      },
    }),
  },
  {
    name: "a claim goes on whatever the state of its sync",
    foundBy: "takeover of a claim in several commits",
    documents: writing((write) =>
      isSync(write) && write.kind === "update" && "parts" in write.fields
        ? { ...write, version: undefined }
        : write,
    ),
  },
  {
    name: "a claim in several commits does not renew its lease",
    foundBy: "slow claim in several commits",
    documents: writing((write) => {
      if (!isSync(write) || write.kind !== "update" || !("parts" in write.fields)) return write;
      const fields = Object.entries(write.fields).filter(([name]) => name !== "nextAttemptAt");
      return { ...write, fields: Object.fromEntries(fields) };
    }),
  },
  {
    name: "a sync is taken over whatever its state",
    foundBy: "takeover by two",
    documents: writing((write) =>
      isSync(write) && write.kind === "update" && "attempt" in write.fields
        ? { ...write, version: undefined }
        : write,
    ),
  },
  {
    name: "markers go before their sync is made",
    foundBy: "two checks",
    documents: (documents) => ({
      ...documents,
      commit: async (writes) => {
        const markers = writes.filter((write) => isMarker(write) && write.kind !== "set");
        const others = writes.filter((write) => !markers.includes(write));
        if (markers.length > 0 && others.length > 0) await documents.commit(markers);
        return documents.commit(others.length > 0 ? others : markers);
      },
    }),
  },
  {
    name: "a sync is marked before it is published",
    foundBy: "check and sweep",
    ports: (ports) => {
      const leases = new Map<string, Lease>();
      return {
        ...ports,
        outbox: {
          ...ports.outbox,
          claimTaken: async (...claims) => {
            const results = await ports.outbox.claimTaken(...claims);
            for (const result of results) {
              if (result.outcome === "claimed") {
                leases.set(result.lease.sync.eventID, result.lease);
              }
            }
            return results;
          },
        },
        publisher: {
          publish: async ({ topic, messages }) => {
            const published = messages.flatMap(({ eventID }) => {
              const lease = leases.get(eventID);
              return lease === undefined ? [] : [{ lease, messageId: "m" }];
            });
            if (published.length > 0) await ports.outbox.markPublished(published, 0);
            return ports.publisher.publish({ topic, messages });
          },
        },
      };
    },
  },
  {
    name: "a window is settled though its claim is contended",
    foundBy: "late triggers and an event",
    install: () => {
      // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on what it is a method of
      const { sawReset } = WindowProbe.prototype;
      WindowProbe.prototype.sawReset = function (by, lastResetMs) {
        sawReset.call(this, by, lastResetMs);
        this.settled(by, Date.UTC(2023, 0, 12, 11, 6, 20));
      };
      return () => {
        WindowProbe.prototype.sawReset = sawReset;
      };
    },
  },
  {
    name: "what has expired goes before the replay",
    foundBy: "late sweep of a short period",
    ports: (ports, clock) => ({
      ...ports,
      window: {
        ...ports.window,
        async *scan(window, query) {
          const short = rule({ trigger: { observationPeriod: 2 } });
          const { eventKeys } = query;
          const expiry = expiryOf(short, clock(), undefined, 60);
          await ports.window.removeExpired(window, { eventKeys, expiry, goOn: () => true });
          yield* ports.window.scan(window, query);
        },
      },
    }),
  },
  {
    name: "resets are read before the events",
    foundBy: "check, reset and an event",
    ports: (ports) => {
      let before: readonly number[] = [];
      return {
        ...ports,
        services: {
          ...ports.services,
          read: async (window) => ({ ...(await ports.services.read(window)), resetsMs: before }),
        },
        window: {
          ...ports.window,
          async *scan(window, query) {
            ({ resetsMs: before } = await ports.services.read(window));
            yield* ports.window.scan(window, query);
          },
        },
      };
    },
  },
  {
    name: "resets are read before a small window",
    foundBy: "a key: check, reset and an event",
    ports: (ports) => {
      let before: readonly number[] = [];
      return {
        ...ports,
        services: {
          ...ports.services,
          read: async (window) => ({ ...(await ports.services.read(window)), resetsMs: before }),
        },
        window: {
          ...ports.window,
          small: async (window, query) => {
            ({ resetsMs: before } = await ports.services.read(window));
            return ports.window.small(window, query);
          },
        },
      };
    },
  },
  {
    name: "a window that could not be checked is passed",
    foundBy: "keys, lost triggers and sweeps",
    ports: tryNoneAgain,
  },
  {
    name: "a window is passed though a claim had a part of it",
    foundBy: "a key, a claim in several commits and late events",
    ports: tryNoneAgain,
  },
  {
    name: "a window that was looked at once is not looked at again after its deadline",
    foundBy: "keys with a deadline, lost alarms and sweeps",
    ports: (ports) => ({
      ...ports,
      openWindows: {
        ...ports.openWindows,
        saveProgress: (service, progress) =>
          ports.openWindows.saveProgress(service, { ...progress, closedMs: progress.passedMs }),
      },
    }),
  },
  {
    name: "each endpoint is read by itself",
    foundBy: "check and events",
    ports: (ports) => ({
      ...ports,
      window: {
        ...ports.window,
        async *scan(window, query) {
          const pages = [];
          for (const key of query.eventKeys) {
            const own = { ...query, eventKeys: [key] };
            for await (const page of ports.window.scan(window, own)) pages.push(...page);
          }
          yield pages.toSorted((a, b) => a.receivedAtMs - b.receivedAtMs || (a.id < b.id ? -1 : 1));
        },
      },
    }),
  },
  {
    name: "a lane is let go of without a second look",
    foundBy: "a lane and a log, events",
    delivering: (ports) => ({
      ...ports,
      lanes: {
        ...ports.lanes,
        page: (lane, query) =>
          query.limit === 1 ? Promise.resolve([]) : ports.lanes.page(lane, query),
      },
    }),
  },
  {
    name: "a lane is taken whatever its state",
    foundBy: "a lane and a log, events",
    documents: writing((write) =>
      collectionOf(write) === "lanes" && write.kind === "create" && "holder" in write.fields
        ? { ...write, kind: "set" }
        : write,
    ),
  },
  {
    name: "numbers are given whatever the last one is by now",
    foundBy: "a lane and a log, events",
    documents: writing((write) => {
      if (collectionOf(write) !== "lanes" || !("fields" in write) || !("last" in write.fields)) {
        return write;
      }
      return { kind: "set", path: write.path, fields: write.fields };
    }),
  },
  {
    name: "a delivery is marked before the call",
    foundBy: "targets in any order",
    delivering: (ports, clock) => ({
      ...ports,
      callTarget: async (target, called, attempt) => {
        const id = { service: "svc", target: target.name, syncId: called.syncId };
        const stored = await ports.deliveries.get(id);
        const record = { attempt, atMs: clock(), durationMs: 0 };
        if (stored !== undefined) {
          const { delivery } = stored;
          await ports.deliveries.markDelivered([{ delivery, record }], clock());
        }
        return ports.callTarget(target, called, attempt);
      },
    }),
  },
  {
    name: "deliveries are made after their sync",
    foundBy: "targets in any order",
    documents: (documents) => ({
      ...documents,
      commit: async (writes) => {
        const isDelivery = (write: Write): boolean =>
          collectionOf(write) === "deliveries" && write.kind === "create";
        const later = writes.filter(isDelivery);
        const version = await documents.commit(writes.filter((write) => !isDelivery(write)));
        return later.length === 0 ? version : documents.commit(later);
      },
    }),
  },
  {
    name: "a delivery is taken over whatever its state",
    foundBy: "targets in any order, taken over by two",
    documents: writing((write) =>
      collectionOf(write) === "deliveries" && write.kind === "update" && "attempt" in write.fields
        ? { ...write, version: undefined }
        : write,
    ),
  },
  {
    name: "what comes up by itself is left to a lane that nobody sees to",
    foundBy: "a lane that waits, and sweeps",
    delivering: (ports) => ({
      ...ports,
      lanes: {
        ...ports.lanes,
        release: async (held, delivered, nowMs) => {
          const page = await ports.lanes.page(held, { limit: 10 });
          await ports.lanes.park(
            held,
            { nextAttemptAtMs: nowMs + 1e12, covered: page },
            delivered,
            nowMs,
          );
        },
      },
    }),
  },
];
