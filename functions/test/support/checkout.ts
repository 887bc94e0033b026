/** A checkout of its own, as a user has it: the repository's tools and sources, and files of theirs. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "../../tools/paths.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where compiled modules are kept, if the tests are run so. */
const { NODE_COMPILE_CACHE } = process.env;

/** What no test changes. Hundreds of files, so the next checkout takes over the copies of one that is removed. */
const CODE = ["console", "src", "testkit", "tools"];
const copies: string[] = [];
process.once("exit", () => {
  for (const root of copies) rmSync(root, { recursive: true, force: true });
});

function copyOfCode(): string {
  const root = mkdtempSync(join(tmpdir(), "eventsync-checkout-"));
  for (const name of CODE) {
    cpSync(join(FUNCTIONS_DIR, name), join(root, "functions", name), { recursive: true });
  }
  return root;
}

export class Checkout {
  readonly root = copies.pop() ?? copyOfCode();
  readonly #commands = join(this.root, "commands");
  readonly #calls = join(this.root, "calls.txt");
  readonly #isCodeChanged: boolean;

  /** @param files by their path from the root; they are added to, or replace, the repository's own */
  constructor(files: Readonly<Record<string, string>>) {
    const functions = join(this.root, "functions");
    for (const name of ["firebase.json", ".firebaserc"]) {
      cpSync(join(REPOSITORY_ROOT, name), join(this.root, name));
    }
    cpSync(join(FUNCTIONS_DIR, "package.json"), join(functions, "package.json"));
    symlinkSync(join(FUNCTIONS_DIR, "node_modules"), join(functions, "node_modules"));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.root, path), text);
    this.#isCodeChanged = Object.keys(files).some((path) =>
      CODE.some((name) => path.startsWith(`functions/${name}/`)),
    );
    mkdirSync(this.#commands);
  }

  /** Puts a command on PATH that notes its arguments and then runs these lines of sh, without commands. */
  fake(name: string, lines: string): void {
    const script = `#!/bin/sh\necho "${name} $*" >> "${this.#calls}"\n${lines}\n`;
    writeFileSync(join(this.#commands, name), script, { mode: 0o755 });
  }

  /** What the fakes were called with, one line each. */
  get calls(): readonly string[] {
    if (!existsSync(this.#calls)) return [];
    return readFileSync(this.#calls, "utf8").trimEnd().split("\n");
  }

  /** Runs a tool of the checkout. No command is on PATH but the fakes. */
  run(tool: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
    return spawnSync(process.execPath, [join(this.root, "functions/tools", tool), ...args], {
      cwd: this.root,
      encoding: "utf8",
      env: { HOME: this.root, PATH: this.#commands, NODE_COMPILE_CACHE, ...env },
    });
  }

  remove(): void {
    if (this.#isCodeChanged) {
      rmSync(this.root, { recursive: true });
      return;
    }
    const functions = join(this.root, "functions");
    const others = [
      ...readdirSync(this.root).flatMap((name) =>
        name === "functions" ? [] : [join(this.root, name)],
      ),
      ...readdirSync(functions).flatMap((name) =>
        CODE.includes(name) ? [] : [join(functions, name)],
      ),
    ];
    for (const path of others) rmSync(path, { recursive: true });
    copies.push(this.root);
  }
}
