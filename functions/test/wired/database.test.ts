import assert from "node:assert/strict";

import { Firestore } from "@google-cloud/firestore";

import { sharedBuild } from "../support/hostile/build.ts";
import { FunctionServer } from "../support/hostile/functionServer.ts";
import { uniqueProject } from "../support/store.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

describe("the parameter DATABASE", function () {
  this.timeout(60_000);

  it("is where the functions keep everything, and nothing is kept in another database", async () => {
    const projectId = uniqueProject();
    const build = await sharedBuild();
    const options = { build, projectId, config: SEED_SERVICE, database: "eventsync" } as const;
    const server = await FunctionServer.start({ ...options, target: "event" });
    const [named, standard] = ["eventsync", "(default)"].map(
      (databaseId) => new Firestore({ projectId, databaseId }),
    );
    try {
      const { status, text } = await server.post("/entry1", {}, "an event");
      assert.equal(status, 202, text);
      const { eventId } = JSON.parse(text) as { eventId: string };
      for (const collection of ["events", "pending"]) {
        const path = `services/${SEED_SERVICE.serviceName}/${collection}/${eventId}`;
        assert.ok((await named!.doc(path).get()).exists, path);
        assert.ok(!(await standard!.doc(path).get()).exists, path);
      }
    } finally {
      await server.kill();
      await Promise.all([named?.terminate(), standard?.terminate()]);
    }
  });
});
