import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findOnPath, REPOSITORY_ROOT } from "../../tools/paths.ts";
import { isRunning } from "../support/processes.ts";
import { waitFor } from "../../testkit/waitFor.ts";

/** All that setup.sh calls, apart from Node.js and npm. */
const TOOLS = "bash cat cksum dirname env grep ln mktemp ps readlink rm sed sleep tail".split(" ");

const INSTALLS = `
[ "$1" = ci ] || exit 0
mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho v24.0.0\\n' >node_modules/.bin/node
chmod +x node_modules/.bin/node`;

const REFUSED = `
echo "npm warn EBADENGINE noise"
echo "npm error code ECONNREFUSED"
echo "npm error network request failed"
exit 1`;

describe("scripts/setup.sh", () => {
  let root: string;
  const at = (...parts: string[]): string => join(root, ...parts);
  const calls = (): string[] =>
    existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "setup-"));
    for (const directory of ["bin", "functions", "tmp"]) mkdirSync(at(directory));
    cpSync(join(REPOSITORY_ROOT, "scripts"), at("scripts"), { recursive: true });
    writeFileSync(at("functions", "package-lock.json"), "{}");
    writeFileSync(at("probe"), `set -euo pipefail; . '${at("scripts", "setup.sh")}'; echo ready\n`);
    for (const name of TOOLS) symlinkSync(findOnPath(name) ?? name, at("bin", name));
    symlinkSync(findOnPath("mkdir") ?? "", at("bin", "mkdir"));
    symlinkSync(findOnPath("chmod") ?? "", at("bin", "chmod"));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const have = (command: string, does: string): void => {
    const note = `echo "${command} $1" >>'${at("calls")}'`;
    writeFileSync(at("bin", command), `#!/bin/sh\n${note}\n${does}\n`, { mode: 0o755 });
  };
  const env = (): NodeJS.ProcessEnv => ({ PATH: at("bin"), TMPDIR: at("tmp") });
  const setUp = () => spawnSync(at("bin", "bash"), [at("probe")], { encoding: "utf8", env: env() });
  const assertNothingLeft = (): void => {
    assert.deepEqual(readdirSync(at("tmp")), []);
    const claims = readdirSync(root).filter((name) => name.startsWith(".eventsync-install"));
    assert.deepEqual(claims, []);
  };

  it("says that it installs, and does so once", () => {
    have("node", "");
    have("npm", INSTALLS);
    const first = setUp();
    assert.equal(first.stderr, "Installing the packages (about a minute) …\n");
    assert.deepEqual([first.status, first.stdout], [0, "ready\n"]);
    assertNothingLeft();
    const second = setUp();
    assert.deepEqual([second.status, second.stdout, second.stderr], [0, "ready\n", ""]);
    assert.deepEqual(calls(), ["npm ci", "npm rebuild"]);
  });

  it("installs nothing where the packages are a link to somebody else's, and uses them if they fit", () => {
    have("node", "");
    have("npm", INSTALLS);
    mkdirSync(at("shared"));
    writeFileSync(at("shared", "theirs"), "");
    symlinkSync(at("shared"), at("functions", "node_modules"));
    const { status, stdout, stderr } = setUp();
    assert.deepEqual([status, stdout, calls()], [1, "", []]);
    assert.match(
      stderr,
      /^setup: functions\/node_modules is a link to .*shared, .*delete the link.*\n$/,
    );
    assert.deepEqual(readdirSync(at("shared")), ["theirs"]);
    assertNothingLeft();

    rmSync(at("functions", "node_modules"));
    assert.equal(setUp().status, 0);
    renameSync(at("functions", "node_modules"), at("fitting"));
    symlinkSync(at("fitting"), at("functions", "node_modules"));
    assert.deepEqual([setUp().stdout, setUp().stderr], ["ready\n", ""]);
    assert.deepEqual(calls(), ["npm ci", "npm rebuild"]);
  });

  it("names what is missing", () => {
    const withoutNode = setUp();
    assert.equal(withoutNode.status, 1);
    assert.match(withoutNode.stderr, /^setup: node is not on PATH; install any Node\.js/);
    have("node", "");
    const withoutNpm = setUp();
    assert.equal(withoutNpm.status, 1);
    assert.match(withoutNpm.stderr, /^setup: npm is not on PATH; it comes with Node\.js/);
  });

  it("without a network the cause comes first, then what npm said of it", () => {
    have("node", "");
    have("npm", REFUSED);
    const { status, stdout, stderr } = setUp();
    assert.deepEqual([status, stdout], [1, ""]);
    const [step, cause, ...rest] = stderr.trimEnd().split("\n");
    assert.equal(step, "Installing the packages (about a minute) …");
    assert.match(
      cause ?? "",
      /^setup: the packages could not be installed: the package registry cannot be reached \(ECONNREFUSED\): check the network/,
    );
    assert.deepEqual(rest, [
      "The end of what npm printed:",
      "npm error code ECONNREFUSED",
      "npm error network request failed",
    ]);
    assertNothingLeft();
  });

  it("any other failure of npm is named by its code", () => {
    have("node", "");
    have("npm", "echo 'npm ERR! code EUSAGE'; exit 1");
    assert.match(
      setUp().stderr,
      /^setup: .* not be installed: npm ci failed in functions\/ \(EUSAGE\)\.$/m,
    );
  });

  it("two scripts at the same time install once", async () => {
    have("node", "");
    have("npm", `while [ ! -e '${at("go")}' ]; do sleep 0.05; done\n${INSTALLS}`);
    const begin = () => {
      const child = spawn(at("bin", "bash"), [at("probe")], { env: env() });
      const printed = { text: "" };
      child.stderr.on("data", (chunk: Buffer) => (printed.text += chunk.toString()));
      const code = new Promise((resolve) => child.once("exit", resolve));
      return { printed, code };
    };
    const both = [begin(), begin()];
    const all = (): string => both.map(({ printed }) => printed.text).join("");
    await waitFor("one to wait", () => all().includes("Waiting for another script") || undefined);
    writeFileSync(at("go"), "");
    assert.deepEqual(await Promise.all(both.map(({ code }) => code)), [0, 0]);
    assert.deepEqual(calls(), ["npm ci", "npm rebuild"]);
    assertNothingLeft();
  });

  it("is not held up by one that was killed while it installed", () => {
    have("node", "");
    have("npm", INSTALLS);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    symlinkSync(String(pid), at(".eventsync-install"));
    assert.equal(setUp().status, 0);
    assertNothingLeft();
  });

  it("is not held up by one whose process id is now its own, as in a container", () => {
    have("node", "");
    have("npm", INSTALLS);
    const script = `ln -s "$$" '${at(".eventsync-install")}'; exec bash '${at("probe")}'`;
    const options = { encoding: "utf8", env: env(), timeout: 8_000 } as const;
    const { status, stdout } = spawnSync(at("bin", "bash"), ["-c", script], options);
    assert.deepEqual([status, stdout], [0, "ready\n"]);
    assertNothingLeft();
  });

  it("waits for one that installs, and then says what to delete; not for another with its id", async () => {
    have("node", "");
    have("npm", `while [ ! -e '${at("go")}' ]; do sleep 0.05; done\n${INSTALLS}`);
    const claim = at(".eventsync-install");
    const installing = spawn(at("bin", "bash"), [at("probe")], { env: env() });
    const ended = new Promise((resolve) => installing.once("exit", resolve));
    try {
      await waitFor("npm", () => calls().length > 0 || undefined);
      const waits = { ...env(), EVENTSYNC_INSTALL_WAIT_SECONDS: "1" };
      const options = { encoding: "utf8", env: waits, timeout: 8_000 } as const;
      const { status, stderr } = spawnSync(at("bin", "bash"), [at("probe")], options);
      assert.equal(status, 1);
      assert.match(stderr, /^Waiting for another script[^]*setup: waited 1 seconds for another/);
      assert.ok(stderr.includes(`delete ${claim} and run again.`));
      const [id, start = ""] = readlinkSync(claim).split(":");
      assert.equal(Number(id), installing.pid);
      assert.notEqual(start, "");

      writeFileSync(at("go"), "");
      assert.equal(await ended, 0);
      rmSync(at("functions", "node_modules"), { recursive: true });
      symlinkSync(`${String(process.pid)}:${start}`, claim);
      assert.equal(spawnSync(at("bin", "bash"), [at("probe")], options).status, 0);
      assertNothingLeft();
    } finally {
      writeFileSync(at("go"), "");
      await ended;
    }
  });

  it("interrupted, it leaves nothing behind, and begins again the next time", async () => {
    have("node", "");
    have("npm", "exec sleep 1000");
    // Ctrl-C reaches the whole group that the terminal shows.
    const child = spawn(at("bin", "bash"), [at("probe")], { env: env(), detached: true });
    const ended = new Promise((resolve) =>
      child.once("exit", (_, signal) => {
        resolve(signal);
      }),
    );
    await waitFor("npm", () => calls().length > 0 || undefined);
    const { pid } = child;
    assert.ok(pid !== undefined);
    process.kill(-pid, "SIGINT");
    assert.equal(await ended, "SIGINT");
    await waitFor("its end", () => !isRunning(pid) || undefined);
    assertNothingLeft();
    have("npm", INSTALLS);
    assert.equal(setUp().status, 0);
  });
});
