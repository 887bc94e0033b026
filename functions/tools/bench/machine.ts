/** Where and on what the figures were measured. */
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type as osType } from "node:os";
import { join } from "node:path";

import { FUNCTIONS_DIR } from "../paths.ts";

const PACKAGES = [
  "@google-cloud/firestore",
  "@google-cloud/functions-framework",
  "@google-cloud/pubsub",
  "firebase-functions",
  "firebase-tools",
];

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly os: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function describeMachine(): Machine {
  const versions = PACKAGES.map((name): [string, string] => {
    const file = join(FUNCTIONS_DIR, "node_modules", name, "package.json");
    return [name, (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version];
  });
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    os: `${osType()} ${release()}`,
    versions: { node: process.versions.node, ...Object.fromEntries(versions) },
  };
}
