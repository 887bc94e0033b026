import assert from "node:assert/strict";

import { Checkout } from "../support/checkout.ts";

/** A tool that fills a directory for the Firestore emulator, and prints what it has copied. */
const PROBE = `
  import { readFileSync } from "node:fs";
  import { join } from "node:path";
  import { fillStagingDir, LISTENERS, makeStagingDir, removeStagingDir } from "./staging.ts";

  const directory = makeStagingDir();
  try {
    const ports = Object.fromEntries(LISTENERS.map((name, index) => [name, 10_000 + index]));
    fillStagingDir(directory, { only: ["firestore"], ports, functionsDir: "", userEnv: {} });
    const read = (name) => readFileSync(join(directory, name), "utf8");
    const { firestore } = JSON.parse(read("firebase.json"));
    console.log(JSON.stringify({ firestore, rules: read("firestore.rules") }));
  } finally {
    removeStagingDir(directory);
  }`;

describe("what the emulators get of firebase.json", () => {
  it("is read as firebase-tools reads it: with comments", () => {
    const checkout = new Checkout({
      "functions/tools/probe.ts": PROBE,
      "my.rules": "// mine",
      "firebase.json": `// what is deployed
        { "firestore": { "rules": "my.rules" /* and no indexes */ } }`,
    });
    const { status, stdout, stderr } = checkout.run("probe.ts", []);
    checkout.remove();
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      firestore: { rules: "firestore.rules" },
      rules: "// mine",
    });
  });
});
