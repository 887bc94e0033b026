import assert from "node:assert/strict";
import { ago, NOW } from "../support/factories.ts";
import { useStore } from "../support/store.ts";

describe("ServiceState on Firestore", () => {
  const store = useStore();

  it("knows no reset of a service that had none", async () => {
    assert.equal(await store().services.resetAt("svc"), undefined);
  });

  it("remembers the last reset, of each service for itself", async () => {
    const { services } = store();
    await services.reset("My First Event Sync", ago(10));
    await services.reset("My First Event Sync", NOW);
    assert.equal(await services.resetAt("My First Event Sync"), NOW);
    assert.equal(await services.resetAt("other"), undefined);
  });

  it("leaves other fields of the document alone", async () => {
    const { services, paths } = store();
    await paths.service("svc").set({ note: "ours" });
    await services.reset("svc", NOW);
    assert.equal((await paths.service("svc").get()).get("note"), "ours");
  });

  it("takes a malformed value for no reset", async () => {
    const { services, paths } = store();
    await paths.service("svc").set({ resetAt: "yesterday" });
    assert.equal(await services.resetAt("svc"), undefined);
  });
});
