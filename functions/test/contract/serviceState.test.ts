import assert from "node:assert/strict";
import type { Timestamp } from "@google-cloud/firestore";
import { isConflict } from "../../src/adapters/firestore/conflicts.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import {
  deregistration,
  registration,
  type StateVersion,
} from "../../src/adapters/firestore/serviceState.ts";
import { windowOf } from "../../src/domain/window.ts";
import { ago, NOW } from "../support/factories.ts";
import { useStore } from "../support/store.ts";

const SVC = windowOf({ serviceName: "svc" });
const FIRST = windowOf({ serviceName: "My First Event Sync" });

describe("ServiceState on Firestore", () => {
  const store = useStore();
  const LONG_AGO = ago(1_000_000);

  it("knows no reset of a service that had none", async () => {
    assert.deepEqual((await store().services.read(SVC)).resetsMs, []);
  });

  it("remembers every reset, oldest first, of each service for itself", async () => {
    const { services } = store();
    await services.reset(FIRST, { atMs: ago(10), keepFromMs: LONG_AGO });
    await services.reset(FIRST, { atMs: NOW, keepFromMs: LONG_AGO });
    // On an instance whose clock is behind.
    await services.reset(FIRST, { atMs: ago(5), keepFromMs: LONG_AGO });
    assert.deepEqual((await services.read(FIRST)).resetsMs, [ago(10), ago(5), NOW]);
    assert.deepEqual((await services.read(windowOf({ serviceName: "other" }))).resetsMs, []);
  });

  it("loses none of many at the same moment, and counts one of the same millisecond once", async () => {
    const { services } = store();
    const times = Array.from({ length: 6 }, (_, index) => ago(index >> 1));
    await Promise.all(times.map((ms) => services.reset(SVC, { atMs: ms, keepFromMs: LONG_AGO })));
    assert.deepEqual((await services.read(SVC)).resetsMs, [ago(2), ago(1), ago(0)]);
  });

  it("forgets those that no replay can meet any more, but never the last", async () => {
    const { services } = store();
    for (const seconds of [300, 200, 100])
      await services.reset(SVC, { atMs: ago(seconds), keepFromMs: LONG_AGO });
    await services.reset(SVC, { atMs: ago(50), keepFromMs: ago(100) });
    assert.deepEqual((await services.read(SVC)).resetsMs, [ago(100), ago(50)]);
    await services.reset(SVC, { atMs: ago(40), keepFromMs: NOW });
    assert.deepEqual((await services.read(SVC)).resetsMs, [ago(40)]);
  });

  it("remembers those of a key for itself, beside those of all keys, and until they mean nothing", async () => {
    const { services, db } = store();
    const [one, other] = [
      { service: "svc", key: "a/b" },
      { service: "svc", key: "é".repeat(500) },
    ];
    await services.reset(SVC, { atMs: ago(10), keepFromMs: LONG_AGO });
    await services.reset(one, { atMs: ago(20), keepFromMs: LONG_AGO });
    await services.reset(one, { atMs: ago(5), keepFromMs: LONG_AGO });
    await services.reset(other, { atMs: NOW, keepFromMs: ago(3600) });
    assert.deepEqual((await services.read(one)).resetsMs, [ago(20), ago(10), ago(5)]);
    assert.deepEqual((await services.read(other)).resetsMs, [ago(10), NOW]);
    assert.deepEqual((await services.read({ service: "svc", key: "none" })).resetsMs, [ago(10)]);
    assert.deepEqual((await services.read(SVC)).resetsMs, [ago(10)]);
    const { docs } = await db.collection("services/svc/windows").get();
    assert.equal(docs.length, 2);
    const expiring = docs.find((doc) => doc.get("key") === other.key);
    assert.equal((expiring?.get("expireAt") as Timestamp).toMillis(), NOW + 3_600_000);
  });

  it("keeps no more than a document holds", async () => {
    const { services, paths } = store();
    const many = Array.from({ length: 1000 }, (_, index) => new Date(ago(2000) + index));
    await paths.service("svc").set({ v: 1, resets: many });
    await services.reset(SVC, { atMs: NOW, keepFromMs: LONG_AGO });
    const resets = (await services.read(SVC)).resetsMs;
    assert.deepEqual([resets.length, resets[0], resets.at(-1)], [1000, ago(2000) + 1, NOW]);
  });

  it("knows the claims of a window that are under way, and leaves out what cannot be read", async () => {
    const { services, paths, db } = store();
    assert.deepEqual((await services.read(SVC)).claims, []);
    const documents = firestoreDocuments(db);
    const to = { receivedAtMs: NOW, id: "e1" };
    const none = { service: undefined, window: undefined };
    await documents.commit(registration(SVC, "s1", to, none, NOW));
    const version = await versionNow(SVC);
    await services.reset(SVC, { atMs: NOW, keepFromMs: LONG_AGO });
    const stale = registration(SVC, "s2", to, version, NOW);
    await assert.rejects(documents.commit(stale), (error) => isConflict(error));
    const keyed = { ...SVC, key: "k" };
    await documents.commit(registration(keyed, "s3", to, await versionNow(keyed), NOW));
    await paths.service("svc").update({ "claiming.s4": { key: "", to: "soon" } });
    const state = await services.read(SVC);
    assert.deepEqual([state.claims, state.resetsMs], [[{ syncId: "s1", to }], [NOW]]);
    await documents.commit([deregistration("svc", "s1")]);
    assert.deepEqual((await services.read(SVC)).claims, []);
    assert.deepEqual((await services.read({ ...SVC, key: "k" })).claims, [{ syncId: "s3", to }]);

    async function versionNow(window: typeof SVC): Promise<StateVersion> {
      return (await services.read(window)).version as StateVersion;
    }
  });

  it("lets no claim be registered over a reset of its key, the first or a later one", async () => {
    const { services, db } = store();
    const documents = firestoreDocuments(db);
    const to = { receivedAtMs: NOW, id: "e1" };
    const window = { ...SVC, key: "k" };
    const versionNow = async () => (await services.read(window)).version as StateVersion;
    for (const atMs of [ago(20), ago(10)]) {
      const before = await versionNow();
      await services.reset(window, { atMs, keepFromMs: LONG_AGO });
      const stale = registration(window, "s1", to, before, NOW);
      await assert.rejects(documents.commit(stale), (error) => isConflict(error));
    }
    // Two after each other name what the one before has left.
    for (const id of ["s2", "s3"]) {
      await documents.commit(registration(window, id, to, await versionNow(), NOW));
    }
    const { resetsMs, claims } = await services.read(window);
    assert.deepEqual([resetsMs, claims.length], [[ago(20), ago(10)], 2]);
  });

  it("leaves other fields of the document alone", async () => {
    const { services, paths } = store();
    await paths.service("svc").set({ note: "ours" });
    await services.reset(SVC, { atMs: NOW, keepFromMs: LONG_AGO });
    assert.equal((await paths.service("svc").get()).get("note"), "ours");
  });

  it("takes what is malformed for no reset", async () => {
    const { services, paths } = store();
    await paths.service("svc").set({ v: 1, resets: "yesterday" });
    assert.deepEqual((await services.read(SVC)).resetsMs, []);
    await paths.service("svc").set({ v: 1, resets: ["yesterday", new Date(NOW), 5] });
    assert.deepEqual((await services.read(SVC)).resetsMs, [NOW]);
  });
});
