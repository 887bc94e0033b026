import { Firestore } from "@google-cloud/firestore";

import type { Documents } from "../../src/adapters/firestore/documents.ts";
import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import { emulatorVariable, uniqueProject } from "./store.ts";

interface Opened {
  readonly documents: Documents;
  close(): Promise<unknown>;
}

const STORES: Readonly<Record<string, () => Opened>> = {
  Firestore: () => {
    emulatorVariable("FIRESTORE_EMULATOR_HOST");
    const db = new Firestore({ projectId: uniqueProject() });
    return { documents: firestoreDocuments(db), close: () => db.terminate() };
  },
  memory: () => ({
    documents: new MemoryDatabase().documents(),
    close: () => Promise.resolve(),
  }),
};

/** One suite for each store, each of whose tests has empty documents of its own. */
export function describeInBoth(what: string, suite: (documents: () => Documents) => void): void {
  for (const [name, open] of Object.entries(STORES)) {
    describe(`${what}, in ${name}`, () => {
      let opened: Opened | undefined;
      beforeEach(() => {
        opened = open();
      });
      afterEach(() => opened?.close());
      suite(() => {
        if (opened === undefined) throw new Error("there are documents only while a test runs");
        return opened.documents;
      });
    });
  }
}
