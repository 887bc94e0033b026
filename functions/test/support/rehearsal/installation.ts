/** An archive as the buildpack makes an image of it: unpacked, with production dependencies only. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import type { Archive } from "../../../tools/rehearsal/archive.ts";

export interface Installation {
  readonly directory: string;
  remove(): void;
}

const INSTALL = ["ci", "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund"];

/** @throws Error with npm's output if the archive cannot be installed */
export async function install({ files }: Archive): Promise<Installation> {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-installed-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  // Named, since npm may have started this process, in another directory.
  await promisify(execFile)("npm", [...INSTALL, "--prefix", directory], {
    cwd: directory,
    env: { ...process.env, NODE_ENV: "production" },
  });
  return {
    directory,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
