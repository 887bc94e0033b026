import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FUNCTIONS_DIR, PACKAGE_BIN_DIR, REPOSITORY_ROOT } from "../../tools/paths.ts";

const CLIENT_DIR = join(REPOSITORY_ROOT, "client");
const TSC = join(PACKAGE_BIN_DIR, "tsc");

/** Somebody's project that has installed the package: what it needs and is not there, it cannot load. */
describe("the package eventsync-client", function () {
  this.timeout(120_000);
  const project = mkdtempSync(join(tmpdir(), "eventsync-client-"));
  const modules = join(project, "node_modules");
  const installed = join(modules, "eventsync-client");
  before(() => {
    mkdirSync(installed, { recursive: true });
    cpSync(join(CLIENT_DIR, "package.json"), join(installed, "package.json"));
    const lib = ["--outDir", join(installed, "lib")];
    execFileSync(process.execPath, [TSC, "-p", join(CLIENT_DIR, "tsconfig.build.json"), ...lib]);
    writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  });
  after(() => {
    rmSync(project, { recursive: true });
  });

  const run = (file: string, text: string): string => {
    writeFileSync(join(project, file), text);
    const { stdout, stderr } = spawnSync(process.execPath, [file], {
      cwd: project,
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    return stdout;
  };

  it("needs no other package, in plain JavaScript", () => {
    const text = `
      import * as client from "eventsync-client";
      const { stage } = client.outbox({ doc: (path) => path }, {
        serviceName: "s", endpoints: [{ eventKey: "a" }], trigger: { observationPeriod: 60 },
      });
      const written = [];
      const add = (path, { eventKey }) => written.push(path.split("/")[2], eventKey);
      stage({ create: add, set: add }, { eventKey: "a", body: "hello" });
      console.log(Object.keys(client).join(), written.join());`;
    const printed = "EventSyncError,once,outbox events,a,pending,a\n";
    assert.equal(run("esm.js", text), printed);
    const required = text.replace(/import \* as client from (".*")/, "const client = require($1)");
    assert.equal(run("common.cjs", required), printed);
  });

  it("has types that a strict project can use, the message's among them", () => {
    // Links are followed: what is linked to has its packages beside it.
    for (const name of ["@google-cloud", "@types"]) {
      symlinkSync(join(FUNCTIONS_DIR, "node_modules", name), join(modules, name));
    }
    writeFileSync(
      join(project, "consumer.ts"),
      `import { Firestore, type BulkWriter } from "@google-cloud/firestore";
       import { once, outbox, type SyncMessage } from "eventsync-client";
       import config from "./config.json" with { type: "json" };
       const db = new Firestore();
       const { stage } = outbox(db, config);
       export const id: string = stage(db.batch(), { eventKey: "a", body: "x" }).eventId;
       export async function handle(data: Buffer): Promise<number | undefined> {
         const message = JSON.parse(data.toString()) as SyncMessage;
         await db.runTransaction(async (transaction) => stage(transaction, { eventKey: "a", body: "x" }));
         const outcome = await once(db, message.eventID, (transaction) => {
           transaction.create(db.doc("a/b"), { count: message.events["a"]?.numberOfEvents ?? 0 });
           return 1;
         });
         // @ts-expect-error: only where it ran
         void outcome.value;
         return outcome.ran ? outcome.value : undefined;
       }
       // @ts-expect-error: it commits nothing together
       export const bulk = (writer: BulkWriter) => stage(writer, { eventKey: "a", body: "x" });
       // @ts-expect-error: a body is text or bytes
       export const object = () => stage(db.batch(), { eventKey: "a", body: {} });
       // @ts-expect-error: the period is not known
       export const half = outbox(db, { serviceName: "s", endpoints: [] });`,
    );
    const config = { serviceName: "s", endpoints: [{ eventKey: "a" }], trigger: {} };
    const full = { ...config, trigger: { type: "window", observationPeriod: 60 }, extra: 1 };
    writeFileSync(join(project, "config.json"), JSON.stringify(full));
    const options = ["--strict", "--noEmit", "--target", "es2024", "--module", "nodenext"];
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        ...[TSC, ...options, "--skipLibCheck", "--resolveJsonModule", "--types", "node"],
        "consumer.ts",
      ],
      { cwd: project, encoding: "utf8" },
    );
    assert.equal(status, 0, stdout);
  });

  it("has the version and licence of the functions", () => {
    const read = (directory: string) =>
      JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Record<string, unknown>;
    const [own, functions] = [read(CLIENT_DIR), read(FUNCTIONS_DIR)];
    for (const field of ["version", "license"]) assert.equal(own[field], functions[field]);
    assert.equal(own["dependencies"], undefined);
  });
});
