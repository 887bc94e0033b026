import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { signalGroup } from "../../tools/processGroup.ts";
import { Checkout } from "../support/checkout.ts";
import { processes } from "../support/processes.ts";
import { waitFor } from "../../testkit/waitFor.ts";

function rehearse(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ["tools/rehearsal/main.ts", ...args];
  const env = { ...process.env, GCLOUD_PROJECT: "my-project" };
  return spawnSync(process.execPath, command, { cwd: FUNCTIONS_DIR, encoding: "utf8", env });
}

describe("the options of scripts/rehearse", () => {
  it("are shown by --help", () => {
    const { status, stdout, stderr } = rehearse("--help");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Usage: scripts\/rehearse --project PROJECT \[--json FILE\]/);
  });

  for (const [what, args] of Object.entries({
    "an unknown option": ["--projects", "my-project"],
    "an operand": ["my-project"],
    "no project": [],
  })) {
    it(`refuse ${what}, with 2, and nothing runs`, () => {
      const { status, stdout, stderr } = rehearse(...args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.match(stderr, /Usage: scripts\/rehearse/);
    });
  }
});

describe("the copy that is rehearsed", () => {
  const temporary = mkdtempSync(join(tmpdir(), "rehearse-"));
  after(() => {
    rmSync(temporary, { recursive: true });
  });
  const urlOf = (functions: string, name: string): string =>
    pathToFileURL(join(functions, "tools/rehearsal", name)).href;

  it("fails, and does not hang, where it cannot be made", () => {
    const args = ["tools/rehearsal/main.ts", "--project", "my-project"];
    const env = { ...process.env, TMPDIR: join(temporary, "missing") };
    const options = { cwd: FUNCTIONS_DIR, encoding: "utf8", timeout: 8_000, env } as const;
    const { status, stderr } = spawnSync(process.execPath, args, options);
    assert.equal(status, 1);
    assert.match(stderr, /^rehearse: ENOENT.*missing/m);
  });

  it("is removed, and what runs there ended, by a watchdog if the rehearsal is killed", async () => {
    const script = `
      import { FakeCloud } from "${urlOf(FUNCTIONS_DIR, "fakeCloud.ts")}";
      import { emptyProject } from "${urlOf(FUNCTIONS_DIR, "fakeProject.ts")}";
      import { makeStaging } from "${urlOf(FUNCTIONS_DIR, "staging.ts")}";
      import { startInStaging } from "${urlOf(FUNCTIONS_DIR, "deployment.ts")}";
      const staging = await makeStaging();
      const cloud = await FakeCloud.start(emptyProject("my-project"));
      const { group } = await startInStaging(staging, cloud, ["sleep", "1000"]);
      console.log(group.id);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await waitFor("its start", () => printed.includes("\n") || undefined);
    const id = Number(printed);
    const runs = (line: string): boolean =>
      processes().some((each) => each.group === id && each.line === line);
    await waitFor("the command", () => runs("sleep 1000") || undefined);
    child.kill("SIGKILL");
    try {
      await waitFor("the end of both", () => {
        const isGone = readdirSync(temporary).length === 0 && !runs("sleep 1000");
        return isGone || undefined;
      });
    } finally {
      signalGroup(id, "SIGKILL");
    }
  }).timeout(60_000);

  it("has what firebase.json names, wherever it is, and no links", () => {
    const checkout = new Checkout({
      "firebase.json": `{
        // as firebase-tools takes it
        "firestore": [{ "rules": "rules/firestore.rules", "indexes": "rules/deep/indexes.json" }],
        "hosting": { "public": "public" }
      }`,
      "real.txt": "",
    });
    try {
      const at = (...parts: string[]): string => join(checkout.root, ...parts);
      mkdirSync(at("rules/deep"), { recursive: true });
      mkdirSync(at("public"));
      for (const name of ["real.rules", "deep/indexes.json", "other"]) {
        writeFileSync(at("rules", name), "{}");
      }
      symlinkSync("real.rules", at("rules/firestore.rules"));
      symlinkSync(at("real.txt"), at("linked.txt"));
      symlinkSync(at("real.txt"), at("functions/.env.my-project"));
      symlinkSync("nowhere", at("functions/.#lock"));
      const script = `
        import { cpSync } from "node:fs";
        import { makeStaging, removeStaging } from "${urlOf(at("functions"), "staging.ts")}";
        const staging = await makeStaging();
        cpSync(staging.root, ${JSON.stringify(at("copy"))}, {
          recursive: true, verbatimSymlinks: true,
        });
        await removeStaging(staging);`;
      const args = ["--input-type=module", "--eval", script];
      const env = { ...process.env, TMPDIR: temporary };
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
      assert.equal(status, 0, stderr);
      assert.deepEqual(readdirSync(at("copy/rules"), { recursive: true }).sort(), [
        "deep",
        "deep/indexes.json",
        "firestore.rules",
      ]);
      assert.ok(existsSync(at("copy/linked.txt")) && !existsSync(at("copy/public")));
      const links = ["copy", "copy/rules", "copy/functions"].flatMap((directory) =>
        readdirSync(at(directory), { withFileTypes: true })
          .filter((entry) => entry.isSymbolicLink())
          .map(({ name }) => name),
      );
      assert.deepEqual(links, ["node_modules"]);
      assert.deepEqual(readdirSync(temporary), []);
    } finally {
      checkout.remove();
    }
  });
});
