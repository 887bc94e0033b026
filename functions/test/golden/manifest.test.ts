import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { format } from "prettier";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { CHECK_MS, PUBLICATION_MS } from "../../src/app/timeLimits.ts";
import { matchGolden } from "../support/golden.ts";

const FUNCTIONS_DIR = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What `firebase deploy` is told about a project, from the built code, as firebase-tools asks for it.
 *
 * @param files further files of the functions' directory, by name
 */
async function discover(files: Readonly<Record<string, string>> = {}): Promise<Manifest> {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-manifest-"));
  try {
    // Not the repository's own directory: a user's checkout has files for projects of theirs.
    for (const name of ["package.json", "node_modules", "lib"]) {
      symlinkSync(join(FUNCTIONS_DIR, name), join(directory, name));
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const output = join(directory, "functions.json");
    await promisify(execFile)(
      process.execPath,
      [join(FUNCTIONS_DIR, "node_modules/.bin/firebase-functions"), "."],
      {
        cwd: directory,
        // Nothing of ours: parameters have no value while functions are discovered.
        env: {
          PATH: process.env["PATH"],
          FUNCTIONS_CONTROL_API: "true",
          FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
          GCLOUD_PROJECT: "my-project",
        },
      },
    );
    return JSON.parse(readFileSync(output, "utf8")) as Manifest;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Manifest {
  readonly endpoints: Record<
    string,
    { readonly httpsTrigger?: { readonly invoker: string[] }; readonly timeoutSeconds: number }
  >;
  readonly params: readonly { readonly name: string; readonly default?: string }[];
}

async function invokersWith(files: Readonly<Record<string, string>>): Promise<unknown> {
  const { endpoints } = await discover(files);
  const http = Object.entries(endpoints).filter(([, { httpsTrigger }]) => httpsTrigger);
  return Object.fromEntries(http.map(([name, { httpsTrigger }]) => [name, httpsTrigger?.invoker]));
}

/** `null` means “as the platform has it”; without those the file shows what was decided. */
const decided = (manifest: unknown): string =>
  JSON.stringify(manifest, (_key, value: unknown) => (value === null ? undefined : value));

describe("the deploy manifest", () => {
  before(() => {
    const built = join(FUNCTIONS_DIR, "lib/index.js");
    const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
    const newer = globSync("src/**/*.ts", { cwd: FUNCTIONS_DIR }).filter(
      (file) => statSync(join(FUNCTIONS_DIR, file)).mtimeMs > builtAt,
    );
    assert.deepEqual(newer, [], "these are newer than lib/: npm run build");
  });

  it("is the golden file", async () => {
    const manifest = decided(await discover());
    matchGolden("functions.manifest.json", await format(manifest, { parser: "json" }));
  }).timeout(30_000);

  it("names the service account in full: a scheduler job takes it as it is", async () => {
    const { params } = await discover();
    const account = params.find(({ name }) => name === "SERVICE_ACCOUNT")?.default ?? "";
    const { resolveString } = createRequire(import.meta.url)(
      "firebase-tools/lib/deploy/functions/params",
    ) as { resolveString: (text: string, values: Record<string, unknown>) => string };
    const PROJECT_ID = {
      legalString: true,
      asString: () => "my-project",
      toString: () => "my-project",
    };
    assert.equal(
      resolveString(account, { PROJECT_ID }),
      "eventsync@my-project.iam.gserviceaccount.com",
    );
  }).timeout(30_000);

  it("lets in whom invokers.json names, function by function", async () => {
    const event = ["my-source@", "other@other-project.iam.gserviceaccount.com"];
    const invokers = JSON.stringify({ event, config: ["public"], reset: [] });
    assert.deepEqual(await invokersWith({ "invokers.json": invokers }), {
      config: ["public"],
      console: ["private"],
      deliveries: ["private"],
      status: ["private"],
      syncs: ["private"],
      events: ["private"],
      event,
      pull: ["private"],
      rates: ["private"],
      receipts: ["private"],
      reset: ["private"],
      trigger: ["private"],
    });
  }).timeout(30_000);

  it("prefers the file of the project", async () => {
    const invokers = await invokersWith({
      "invokers.json": '{"event": ["all@"], "reset": ["all@"]}',
      "invokers.my-project.json": '{"event": ["mine@"]}',
      "invokers.other-project.json": "not even JSON",
    });
    assert.deepEqual(invokers, {
      config: ["private"],
      console: ["private"],
      deliveries: ["private"],
      status: ["private"],
      syncs: ["private"],
      events: ["private"],
      event: ["mine@"],
      pull: ["private"],
      rates: ["private"],
      receipts: ["private"],
      reset: ["private"],
      trigger: ["private"],
    });
  }).timeout(30_000);

  it("is not given with a bad file", async () => {
    await assert.rejects(
      discover({ "invokers.json": '{"evnts": ["a@"], "event": ["public", "a@"]}' }),
      /invokers\.json has 2 problem\(s\):\n {2}- "evnts" is no HTTP function.*\n {2}- event: "public"/,
    );
  }).timeout(30_000);

  it("lets no function run as long as a lease, and a check end within its function", async () => {
    const { endpoints } = await discover();
    for (const [name, { timeoutSeconds }] of Object.entries(endpoints)) {
      assert.ok(timeoutSeconds > 0 && timeoutSeconds * 1000 < LEASE_MS, name);
    }
    for (const name of ["checkWindow", "sweep"]) {
      assert.ok(CHECK_MS < (endpoints[name]?.timeoutSeconds ?? 0) * 1000, name);
    }
    assert.ok(CHECK_MS + PUBLICATION_MS <= LEASE_MS);
  }).timeout(30_000);
});
