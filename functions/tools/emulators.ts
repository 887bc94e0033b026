/** Starts and stops the emulators of the Firebase Local Emulator Suite. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compileFunctions } from "./compileFunctions.ts";
import { findEmulatorBinaries, titleOf } from "./emulatorBinaries.ts";
import { clientEnv, firebaseEnv } from "./emulatorEnv.ts";
import { download, requireFunctions, startFirebase, stopFirebase } from "./firebaseTools.ts";
import type { StartingFirebase } from "./firebaseTools.ts";
import { freePorts } from "../testkit/freePorts.ts";
import { findJava } from "./java.ts";
import { FUNCTIONS_DIR } from "./paths.ts";
import { signalGroup } from "./processGroup.ts";
import type { ProcessGroup } from "./processGroup.ts";
import { RunDirectory } from "./runDirectory.ts";
import { fillStagingDir, LISTENERS } from "./staging.ts";
import type { Emulator, Ports } from "./staging.ts";

/** What to start. */
export interface EmulatorOptions {
  readonly only: readonly Emulator[];
  /** Default demo-eventsync; the prefix `demo-` keeps firebase-tools from calling Google. */
  readonly projectId?: string;
  /**
   * The functions to serve; default the repository's functions/, which must have been built. `compile`:
   * what is in their sources now, compiled for this run alone.
   */
  readonly functionsDir?: string;
  readonly compile?: boolean;
  /** Environment of the functions, as functions/.env would give it. */
  readonly userEnv?: Readonly<Record<string, string>>;
  /** Ports to listen on where they are free. */
  readonly preferredPorts?: Partial<Ports>;
  /** Also print what firebase-tools prints, to stderr. */
  readonly verbose?: boolean;
  /** Is told what takes time, and where an emulator listens if not on its preferred port; in lines. */
  readonly report?: (line: string) => void;
  /** Ends the start early. */
  readonly signal?: AbortSignal;
}

/** Emulators that are ready. */
export interface RunningEmulators {
  /** Environment that points the Google clients, and the tests, at them. */
  readonly env: Readonly<Record<string, string>>;
  /** The last lines that firebase-tools printed. */
  tail(lines: number): string;
  /** Starts a command that ends with them, even if this process is killed, and so do its temporary files. */
  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ProcessGroup>;
  /** Ends them and removes all they wrote. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 3;
const TAIL_LINES = 40;

/** Somebody listened on one of the ports between our choice and theirs. */
class PortTakenError extends Error {}

/**
 * Starts the emulators on free ports and waits until they are ready.
 *
 * @throws Error that begins with the cause, and ends with the last lines of firebase-tools' output if it
 *   was started
 */
export async function startEmulators(options: EmulatorOptions): Promise<RunningEmulators> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === START_ATTEMPTS) throw error;
      options.report?.("Somebody else took one of the ports; once more, with others.");
    }
  }
}

async function startOnce(options: EmulatorOptions): Promise<RunningEmulators> {
  const { only, projectId = "demo-eventsync", userEnv = {}, report, signal } = options;
  const run = RunDirectory.open(findJava().home);
  const logFile = join(run.path, "suite.log");
  writeFileSync(logFile, "");
  const tail = (lines: number): string =>
    readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  let firebase: StartingFirebase | undefined;
  try {
    const binaries = findEmulatorBinaries(
      only.filter((name) => name !== "functions"),
      run.path,
    );
    let functionsDir = options.functionsDir ?? FUNCTIONS_DIR;
    if (options.compile === true) {
      report?.("Building the functions …");
      functionsDir = await compileFunctions(run, functionsDir, { logFile, signal });
    }
    const step = { env: firebaseEnv(run.path, binaries.env), logFile, signal };
    if (binaries.missing.length > 0) {
      report?.(`Downloading what is missing: ${titleOf(binaries.missing)} …`);
      await download(run, binaries.missing, step);
    }
    report?.("Starting the emulators …");
    const ports = await freePorts(LISTENERS, options.preferredPorts);
    fillStagingDir(run.path, { only, ports, functionsDir, userEnv });
    firebase = await startFirebase(run, {
      ...step,
      only,
      projectId,
      verbose: options.verbose === true,
    });
    await firebase.ready;
    if (only.includes("functions")) await requireFunctions(ports.functions);
    reportPorts(options, ports);
    return {
      env: clientEnv(only, projectId, ports, logFile),
      tail,
      start: (command, args, commandEnv) =>
        run.start(command, args, {
          stdio: "inherit",
          env: { ...commandEnv, TMPDIR: run.temporary },
        }),
      stop: async () => {
        if (firebase !== undefined) await stopFirebase(firebase);
        await run.close();
      },
    };
  } catch (error) {
    const log = firebase === undefined || signal?.aborted === true ? "" : `\n${tail(TAIL_LINES)}`;
    // Interrupted in its start, firebase-tools stops what runs and goes on starting the rest; so it is
    // given no time for that.
    if (firebase !== undefined) signalGroup(firebase.id, "SIGKILL");
    await run.close();
    const message = `${error instanceof Error ? error.message : String(error)}${log}`;
    throw /port taken|already in use|EADDRINUSE/.test(log)
      ? new PortTakenError(message)
      : new Error(message);
  }
}

/** Who knows the usual ports must be told of others. */
function reportPorts({ preferredPorts = {}, report }: EmulatorOptions, ports: Ports): void {
  for (const name of LISTENERS) {
    const [preferred, port] = [preferredPorts[name], ports[name]];
    if (preferred === undefined || preferred === port) continue;
    report?.(
      `Port ${String(preferred)} is taken: the ${name} emulator listens on ${String(port)} instead.`,
    );
  }
}
