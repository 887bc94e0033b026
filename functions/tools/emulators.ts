/**
 * Starts and stops the emulators of the Firebase Local Emulator Suite.
 *
 * `firebase emulators:start` is used rather than `emulators:exec`, which would print its own output
 * into the command's and run the command in the directory where it leaves its logs.
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { clientEnv, firebaseEnv } from "./emulatorEnv.ts";
import { freePorts } from "./freePorts.ts";
import { findJava } from "./java.ts";
import { endLaunches } from "./launchers.ts";
import { FUNCTIONS_DIR, PACKAGE_BIN_DIR } from "./paths.ts";
import { endGroup, settlesWithin, signalGroup, startGroup } from "./processGroup.ts";
import type { ProcessGroup } from "./processGroup.ts";
import { fillStagingDir, LISTENERS, makeStagingDir, removeStagingDir } from "./staging.ts";
import type { Emulator, Ports } from "./staging.ts";

/** What to start. */
export interface EmulatorOptions {
  readonly only: readonly Emulator[];
  /** Default demo-eventsync; the prefix `demo-` keeps firebase-tools from calling Google. */
  readonly projectId?: string;
  /** The functions to serve; default the repository's functions/, which must have been built. */
  readonly functionsDir?: string;
  /** Environment of the functions, as functions/.env would give it. */
  readonly userEnv?: Readonly<Record<string, string>>;
  /** Ports to listen on where they are free. */
  readonly preferredPorts?: Partial<Ports>;
  /** Also print what firebase-tools prints, to stderr. */
  readonly verbose?: boolean;
  /** Ends the start early. */
  readonly signal?: AbortSignal;
}

/** Emulators that are ready. */
export interface RunningEmulators {
  /** Environment that points the Google clients, and the tests, at them. */
  readonly env: Readonly<Record<string, string>>;
  /** The last lines that firebase-tools printed. */
  tail(lines: number): string;
  /** Ends them and removes all they wrote. */
  stop(): Promise<void>;
}

const READY = "All emulators ready!";
/** Long enough for firebase-tools to download the emulators on the first run. */
const START_SECONDS = Number(process.env["EVENTSYNC_SUITE_START_SECONDS"] ?? "300");
const TAIL_LINES = 40;
const STOP_MS = 20_000;
const END_MS = 2_000;

/**
 * Starts the emulators on free ports and waits until they are ready.
 *
 * @throws Error that ends with the last lines of firebase-tools' output, when they do not start.
 */
export async function startEmulators(options: EmulatorOptions): Promise<RunningEmulators> {
  const projectId = options.projectId ?? "demo-eventsync";
  const functionsDir = options.functionsDir ?? FUNCTIONS_DIR;
  const java = findJava();
  const ports = await freePorts(LISTENERS, options.preferredPorts);
  const staging = makeStagingDir();
  let firebase: ProcessGroup | undefined;
  let ready = false;
  const stop = async (): Promise<void> => {
    if (firebase !== undefined) await stopFirebase(firebase, staging, ready);
    removeStagingDir(staging);
  };
  const logFile = join(staging, "suite.log");
  writeFileSync(logFile, "");
  const tail = (lines: number): string =>
    readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  try {
    const { only, userEnv = {} } = options;
    fillStagingDir(staging, { only, ports, functionsDir, userEnv });
    firebase = await startGroup(
      join(PACKAGE_BIN_DIR, "node"),
      [
        join(PACKAGE_BIN_DIR, "firebase"),
        "emulators:start",
        `--project=${projectId}`,
        `--only=${only.join(",")}`,
        `--config=${join(staging, "firebase.json")}`,
      ],
      {
        cwd: staging,
        env: firebaseEnv(staging, java.home, only),
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    await untilReady(firebase, logFile, options);
    ready = true;
    if (only.includes("functions")) await requireFunctions(ports.functions);
  } catch (error) {
    const started = firebase !== undefined && options.signal?.aborted !== true;
    const log = started ? `\n${tail(TAIL_LINES)}` : "";
    await stop();
    throw new Error(`${error instanceof Error ? error.message : String(error)}${log}`);
  }
  return { env: clientEnv(options.only, projectId, ports, logFile), tail, stop };
}

async function untilReady(
  { process: child, exited }: ProcessGroup,
  logFile: string,
  { verbose = false, signal }: EmulatorOptions,
): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    // Chunks may split the line that is waited for, so the whole start is kept until it is seen.
    let seen: string | undefined = "";
    const read = (chunk: Buffer): void => {
      appendFileSync(logFile, chunk);
      if (verbose) process.stderr.write(chunk);
      if (seen === undefined) return;
      seen += chunk.toString();
      if (!seen.includes(READY)) return;
      seen = undefined;
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
  });
  const failed = exited.then((code): never => {
    throw new Error(`firebase-tools ended with exit code ${String(code)} before it was ready.`);
  });
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => {
      reject(new Error("Interrupted before the emulators were ready."));
    };
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
  });
  failed.catch(() => undefined);
  const first = Promise.race([ready, failed, aborted]);
  first.catch(() => undefined);
  if (!(await settlesWithin(first, START_SECONDS * 1000))) {
    throw new Error(`The emulators were not ready within ${String(START_SECONDS)} seconds.`);
  }
  await first;
}

/** firebase-tools calls itself ready even when it could not load a single function. */
async function requireFunctions(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/backends`);
  const { backends } = (await response.json()) as { backends: { functionTriggers: unknown[] }[] };
  if (!backends.some(({ functionTriggers }) => functionTriggers.length > 0)) {
    throw new Error("The functions emulator could not load the functions.");
  }
}

/**
 * Interrupted in its start, firebase-tools stops what runs and goes on starting the rest; so it is
 * stopped by its own means only once it is ready. Then whatever it has not ended is ended here.
 */
async function stopFirebase(
  { process: child, id, exited }: ProcessGroup,
  staging: string,
  ready: boolean,
): Promise<void> {
  if (ready) child.kill("SIGINT");
  if (!ready || !(await settlesWithin(exited, STOP_MS))) signalGroup(id, "SIGKILL");
  await Promise.all(
    [id, ...endLaunches(staging)].map((group) => endGroup(group, "SIGTERM", END_MS)),
  );
}
