import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { format } from "prettier";
import { LEASE_MS } from "../../src/app/claimSync.ts";
import { CHECK_MS, PUBLICATION_MS } from "../../src/app/timeLimits.ts";
import { matchGolden } from "../support/golden.ts";

const FUNCTIONS_DIR = fileURLToPath(new URL("../..", import.meta.url));

interface Manifest {
  readonly endpoints: Readonly<Record<string, { readonly timeoutSeconds: number }>>;
}

/** What `firebase deploy` is told, from the built code, as firebase-tools asks for it. */
async function discover(): Promise<Manifest> {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-manifest-"));
  const output = join(directory, "functions.json");
  try {
    await promisify(execFile)(
      process.execPath,
      [join(FUNCTIONS_DIR, "node_modules/.bin/firebase-functions"), "."],
      {
        cwd: FUNCTIONS_DIR,
        // Nothing of ours: parameters have no value while functions are discovered.
        env: {
          PATH: process.env["PATH"],
          FUNCTIONS_CONTROL_API: "true",
          FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
        },
      },
    );
    return JSON.parse(readFileSync(output, "utf8")) as Manifest;
  } finally {
    rmSync(directory, { recursive: true });
  }
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
