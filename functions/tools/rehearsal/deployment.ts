/** One run of `scripts/deploy`, with the pinned firebase-tools, against the stand-in. */
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { forgetLaunch, noteLauncher } from "../launchers.ts";
import { PACKAGE_BIN_DIR } from "../paths.ts";
import { startGroup, type ProcessGroup } from "../processGroup.ts";
import type { FakeCloud } from "./fakeCloud.ts";
import { ORIGIN_VARIABLE, REFUSED_VARIABLE } from "./network.ts";
import { NETWORK, type Staging } from "./staging.ts";

export interface Deployment {
  readonly exitCode: number;
  /** What was printed. */
  readonly output: string;
  /**
   * Why the rehearsal proves nothing, whatever the exit code: requests that the stand-in does not know,
   * and connections to elsewhere.
   */
  readonly surprises: readonly string[];
}

/** A command that runs in the copy of the repository, without a terminal. */
export interface Running {
  readonly group: ProcessGroup;
  readonly ended: Promise<Deployment>;
}

/** @param command a file of the repository, or a command of PATH, and its arguments */
export async function startInStaging(
  staging: Staging,
  cloud: FakeCloud,
  [file, ...args]: readonly [string, ...string[]],
): Promise<Running> {
  // Noted, so that the watchdog ends it if we are killed.
  const group = await startGroup(noteLauncher(staging.directory), [file, ...args], {
    cwd: staging.root,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(staging, cloud),
  });
  const { stdout, stderr } = group.process;
  const texts: string[] = [];
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => texts.push(text));
  }
  const closed = new Promise((resolve) => group.process.once("close", resolve));
  const ended = group.exited.then(async (exitCode) => {
    await closed;
    forgetLaunch(staging.directory, group.id);
    return { exitCode, output: texts.join(""), surprises: surprisesOf(staging, cloud) };
  });
  return { group, ended };
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
    // The stand-in knows at once whether the sweep would run.
    EVENTSYNC_SWEEP_SECONDS: "0",
    NODE_OPTIONS: `--import=${NETWORK}`,
    [ORIGIN_VARIABLE]: cloud.origin,
    [REFUSED_VARIABLE]: staging.refused,
  };
}

function surprisesOf({ refused }: Staging, { surprises }: FakeCloud): string[] {
  const hosts = existsSync(refused) ? readFileSync(refused, "utf8").trim().split("\n") : [];
  return [...surprises, ...hosts.map((host) => `something tried to connect to ${host}`)];
}
