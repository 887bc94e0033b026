/** A checkout of its own, as a user has it: the repository's tools and sources, and files of theirs. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { existsSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FUNCTIONS_DIR, REPOSITORY_ROOT } from "../../tools/paths.ts";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Checkout {
  readonly root = mkdtempSync(join(tmpdir(), "eventsync-checkout-"));
  readonly #commands = join(this.root, "commands");
  readonly #calls = join(this.root, "calls.txt");

  /** @param files by their path from the root; they are added to, or replace, the repository's own */
  constructor(files: Readonly<Record<string, string>>) {
    const functions = join(this.root, "functions");
    mkdirSync(functions);
    for (const name of ["firebase.json", ".firebaserc"]) {
      cpSync(join(REPOSITORY_ROOT, name), join(this.root, name));
    }
    for (const name of ["src", "testkit", "tools", "package.json"]) {
      cpSync(join(FUNCTIONS_DIR, name), join(functions, name), { recursive: true });
    }
    symlinkSync(join(FUNCTIONS_DIR, "node_modules"), join(functions, "node_modules"));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.root, path), text);
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
      env: { HOME: this.root, PATH: this.#commands, ...env },
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
