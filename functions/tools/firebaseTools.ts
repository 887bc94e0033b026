/**
 * Calls firebase-tools.
 *
 * `firebase emulators:start` is used rather than `emulators:exec`, which would print its own output
 * into the command's and run the command in the directory where it leaves its logs.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describeMissing } from "./emulatorBinaries.ts";
import type { DownloadedEmulator } from "./emulatorBinaries.ts";
import { PACKAGE_BIN_DIR } from "./paths.ts";
import { settlesWithin, signalGroup } from "./processGroup.ts";
import type { ProcessGroup } from "./processGroup.ts";
import type { RunDirectory } from "./runDirectory.ts";
import type { Emulator } from "./staging.ts";

/** How it is called. */
export interface FirebaseOptions {
  readonly env: NodeJS.ProcessEnv;
  /** All that it prints is added here. */
  readonly logFile: string;
  readonly signal: AbortSignal | undefined;
}

/** firebase-tools, from its start on. */
export interface StartingFirebase extends ProcessGroup {
  /** Rejects if it ends before it is ready, takes too long, or is interrupted. */
  readonly ready: Promise<void>;
}

const READY = "All emulators ready!";
const START_SECONDS = Number(process.env["EVENTSYNC_SUITE_START_SECONDS"] ?? "300");
const STOP_MS = 20_000;

/**
 * Has firebase-tools download emulators before it is to start them, so that what goes wrong is known to be
 * the download.
 */
export async function download(
  run: RunDirectory,
  emulators: readonly DownloadedEmulator[],
  options: FirebaseOptions,
): Promise<void> {
  for (const name of emulators) {
    const { code, output } = await run.execute(...firebase(`setup:emulators:${name}`), {
      ...options,
      cwd: run.path,
    });
    options.signal?.throwIfAborted();
    if (code !== 0)
      throw new Error(describeMissing(emulators, reasonIn(output) ?? "see firebase-tools"));
  }
}

/** Starts it on the firebase.json of the run. */
export async function startFirebase(
  run: RunDirectory,
  options: FirebaseOptions & {
    readonly only: readonly Emulator[];
    readonly projectId: string;
    readonly verbose: boolean;
  },
): Promise<StartingFirebase> {
  const group = await run.start(
    ...firebase(
      "emulators:start",
      `--project=${options.projectId}`,
      `--only=${options.only.join(",")}`,
      `--config=${join(run.path, "firebase.json")}`,
    ),
    { cwd: run.path, env: options.env, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ready = untilReady(group, options);
  ready.catch(() => undefined); // whoever waits for it is told
  return { ...group, ready };
}

async function untilReady(
  { process: child, exited }: ProcessGroup,
  { logFile, verbose, signal }: FirebaseOptions & { readonly verbose: boolean },
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
    const reason = reasonIn(readFileSync(logFile, "utf8"));
    throw new Error(
      `firebase-tools ended with exit code ${String(code)} before it was ready` +
        (reason === undefined ? "." : `: ${reason}`),
    );
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
export async function requireFunctions(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/backends`);
  const { backends } = (await response.json()) as { backends: { functionTriggers: unknown[] }[] };
  if (!backends.some(({ functionTriggers }) => functionTriggers.length > 0)) {
    throw new Error("The functions emulator could not load the functions.");
  }
}

/** Once it is ready firebase-tools stops by its own means; whatever it does not end, ends with the run. */
export async function stopFirebase({ process: child, id, exited }: ProcessGroup): Promise<void> {
  child.kill("SIGINT");
  if (!(await settlesWithin(exited, STOP_MS))) signalGroup(id, "SIGKILL");
}

/** The command line of a call; on the pinned Node.js, whatever the caller has. */
function firebase(...args: readonly string[]): [string, string[]] {
  return [join(PACKAGE_BIN_DIR, "node"), [join(PACKAGE_BIN_DIR, "firebase"), ...args]];
}

/** What it gives as its reason, in one line. */
function reasonIn(output: string): string | undefined {
  return /^Error: (.+)$/m.exec(output)?.[1]?.trim();
}
