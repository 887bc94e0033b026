/** `scripts/rehearse` as a user runs it: in a checkout of theirs, with its files. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "../../../tools/paths.ts";
import type { Report } from "../../../tools/rehearsal/report.ts";
import { Checkout } from "../checkout.ts";
import { filesOf, type Configuration } from "./configuration.ts";

export interface Commanded {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it wrote with --json; undefined if it wrote nothing. */
  readonly report: Report | undefined;
  /** What it left behind: in the directory for temporary files, and in functions/. */
  readonly leftovers: {
    readonly temporary: readonly string[];
    readonly functions: readonly string[];
  };
}

/** Rules and indexes go where firebase.json says, to the configuration's database. */
export async function commandInCheckout(
  configuration: Configuration,
  files = filesOf(configuration),
): Promise<Commanded> {
  const read = (name: string): string => readFileSync(join(REPOSITORY_ROOT, name), "utf8");
  const config = JSON.parse(read("firebase.json")) as { firestore: object };
  const firestore = { ...config.firestore, database: configuration.database };
  const checkout = new Checkout({
    "firestore.rules": read("firestore.rules"),
    "firestore.indexes.json": read("firestore.indexes.json"),
    "firebase.json": JSON.stringify({ ...config, firestore }),
    "functions/package-lock.json": read("functions/package-lock.json"),
    "functions/tsconfig.json": read("functions/tsconfig.json"),
    "functions/tsconfig.build.json": read("functions/tsconfig.build.json"),
    ...files,
  });
  try {
    const temporary = join(checkout.root, "temporary");
    mkdirSync(temporary);
    const before = new Set(readdirSync(join(checkout.root, "functions")));
    const json = join(checkout.root, "report.json");
    const tool = join(checkout.root, "functions/tools/rehearsal/main.ts");
    const args = [tool, "--project", configuration.projectId, "--json", json];
    const ran = await run(args, { ...process.env, TMPDIR: temporary });
    return {
      ...ran,
      report: existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")) as Report) : undefined,
      leftovers: {
        temporary: readdirSync(temporary),
        functions: readdirSync(join(checkout.root, "functions")).filter(
          (name) => !before.has(name),
        ),
      },
    };
  } finally {
    checkout.remove();
  }
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Pick<Commanded, "status" | "stdout" | "stderr">> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env }, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
