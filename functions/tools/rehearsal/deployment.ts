/** One `firebase deploy` of the pinned firebase-tools, against the stand-in. */
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { FUNCTIONS_DIR, PACKAGE_BIN_DIR } from "../paths.ts";
import { endGroup, startGroup } from "../processGroup.ts";
import type { FakeCloud } from "./fakeCloud.ts";
import { ORIGIN_VARIABLE, REFUSED_VARIABLE } from "./network.ts";
import type { Staging } from "./staging.ts";
import { NETWORK } from "./staging.ts";

export interface Deployment {
  readonly exitCode: number;
  /** What firebase-tools printed. */
  readonly output: string;
  /**
   * Why the rehearsal proves nothing, whatever firebase-tools said: requests that the stand-in does not
   * know, and connections to elsewhere.
   */
  readonly surprises: readonly string[];
}

const FIREBASE = join(FUNCTIONS_DIR, "node_modules/firebase-tools/lib/bin/firebase.js");
const END_MS = 5_000;

/** Runs firebase-tools in the copy of the repository, without a terminal. */
export async function deploy(
  staging: Staging,
  cloud: FakeCloud,
  args: readonly string[],
): Promise<Deployment> {
  const group = await startGroup(process.execPath, [FIREBASE, ...args], {
    cwd: staging.root,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(staging, cloud),
  });
  let output = "";
  for (const stream of [group.process.stdout, group.process.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const closed = new Promise((resolve) => group.process.once("close", resolve));
  try {
    const exitCode = await group.exited;
    await closed;
    return { exitCode, output, surprises: surprisesOf(staging, cloud) };
  } finally {
    await endGroup(group.id, "SIGTERM", END_MS);
  }
}

/** Nothing of the user's but PATH: neither credentials nor settings. */
function environment(staging: Staging, cloud: FakeCloud): Record<string, string> {
  return {
    PATH: [staging.bin, PACKAGE_BIN_DIR, process.env["PATH"] ?? ""].join(delimiter),
    HOME: staging.home,
    XDG_CONFIG_HOME: join(staging.home, ".config"),
    TMPDIR: staging.temporary,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    // The message of the day and newer versions are not asked for.
    CI: "true",
    NO_UPDATE_NOTIFIER: "1",
    METADATA_SERVER_DETECTION: "none",
    // firebase-tools asks npm for the newest firebase-functions, and shrugs if there is no answer.
    npm_config_offline: "true",
    npm_config_update_notifier: "false",
    // Functions are discovered by a file instead of a server, which takes seconds to end.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: "true",
    // Exchanged for an access token, by the stand-in.
    FIREBASE_TOKEN: "rehearsal-refresh-token",
    NODE_OPTIONS: `--import=${NETWORK}`,
    [ORIGIN_VARIABLE]: cloud.origin,
    [REFUSED_VARIABLE]: staging.refused,
  };
}

function surprisesOf({ refused }: Staging, { unknown }: FakeCloud): string[] {
  const hosts = existsSync(refused) ? readFileSync(refused, "utf8").trim().split("\n") : [];
  return [
    ...unknown.map((call) => `The stand-in does not know ${call}`),
    ...hosts.map((host) => `Something tried to connect to ${host}`),
  ];
}
