import { Firestore } from "@google-cloud/firestore";

import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { describeNewerForm } from "../support/newerForm.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";

describe("beside a newer version, on Firestore, this one", function () {
  this.timeout(30_000);
  const opened: Firestore[] = [];
  after(() => Promise.all(opened.map((db) => db.terminate())));

  describeNewerForm(() => {
    emulatorVariable("FIRESTORE_EMULATOR_HOST");
    const db = new Firestore({ projectId: uniqueProject() });
    opened.push(db);
    return firestoreDocuments(db);
  });
});
