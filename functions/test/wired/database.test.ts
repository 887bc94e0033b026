import assert from "node:assert/strict";

import { Firestore } from "@google-cloud/firestore";

import { sharedBuild } from "../../testkit/hostile/build.ts";
import { FunctionServer } from "../../testkit/functionServer.ts";
import { described } from "../support/described.ts";
import { uniqueProject } from "../support/store.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

describe("the parameter DATABASE", function () {
  this.timeout(60_000);

  it("is where the functions keep everything, and nothing is kept in another database", async () => {
    const projectId = uniqueProject();
    const server = await FunctionServer.start({
      source: (await sharedBuild()).directory,
      target: "event",
      projectId,
      env: { CONFIG: JSON.stringify(SEED_SERVICE), DATABASE: "eventsync" },
    });
    const [named, standard] = ["eventsync", "(default)"].map(
      (databaseId) => new Firestore({ projectId, databaseId }),
    );
    try {
      const answer = await server.post("/entry1", {}, "an event");
      described.check({ method: "POST", path: "/event/entry1" }, answer);
      const { status, text } = answer;
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
