/**
 * Serves one function the way production does: functions-framework, one process per function, many
 * requests at once.
 */
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePorts } from "../freePorts.ts";
import { FUNCTIONS_DIR } from "../paths.ts";
import type { CountsMessage, Operations } from "./countOperations.ts";

export interface ServeOptions {
  /** Directory or file with the function. */
  readonly source: string;
  readonly target: string;
  readonly signature: "http" | "cloudevent";
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Count Firestore operations; costs memory and start time. */
  readonly counted?: boolean;
  /** Write a CPU profile there when it stops. */
  readonly profileDir?: string | undefined;
}

export interface ServedFunction {
  readonly url: string;
  /** When the process was started, by `performance.now()`. */
  readonly startedAt: number;
  /** What it has done so far; only if it is counted. */
  operations(): Promise<Operations>;
  /** Resident set, in bytes: now, and the most so far if the system says so. */
  memory(): { readonly now: number; readonly peak: number } | undefined;
  /** Seconds of CPU time so far, if the system says so. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void>;
}

const FRAMEWORK = join(
  FUNCTIONS_DIR,
  "node_modules/@google-cloud/functions-framework/build/src/main.js",
);
const COUNTER = join(import.meta.dirname, "countOperations.ts");
/**
 * The heap of a container of 512 MiB, which the functions have. Google's buildpack sets the first (512
 * less 64, in `cmd/nodejs/functions_framework`); the second is what V8 chooses in such a container.
 * Without them Node.js would go by the memory of this machine, take more and collect less. As in the
 * buildpack, options of whoever runs it come after these.
 */
export const CONTAINER_HEAP = "--max-old-space-size=448 --max-semi-space-size=1";
const START_MS = 20_000;
const STOP_MS = 5_000;

/** Starts a function and waits until it listens. */
export async function serveFunction(options: ServeOptions): Promise<ServedFunction> {
  const { port } = await freePorts(["port"]);
  const log = createWriteStream(options.logFile, { flags: "a" });
  await new Promise((resolve) => log.once("open", resolve));
  const flags = [
    ...(options.counted === true ? [`--import=${COUNTER}`] : []),
    ...(options.profileDir === undefined
      ? []
      : ["--cpu-prof", `--cpu-prof-dir=${options.profileDir}`]),
  ];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...flags, FRAMEWORK, `--source=${options.source}`], {
    stdio: ["ignore", log, log, "ipc"],
    env: {
      ...process.env,
      NODE_ENV: "production",
      K_SERVICE: options.target.toLowerCase(),
      ...options.env,
      NODE_OPTIONS: `${CONTAINER_HEAP} ${process.env["NODE_OPTIONS"] ?? ""}`,
      FUNCTION_TARGET: options.target,
      FUNCTION_SIGNATURE_TYPE: options.signature,
      PORT: String(port),
    },
  });
  log.close();
  child.setMaxListeners(0);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (isRunning() && !(await isListening(port))) {
    if (performance.now() - startedAt > START_MS) child.kill("SIGKILL");
    await delay(2);
  }
  if (!isRunning()) {
    const tail = readFileSync(options.logFile, "utf8").trimEnd().split("\n").slice(-20).join("\n");
    throw new Error(`The function ${options.target} did not start.\n${tail}`);
  }
  const proc = `/proc/${String(child.pid)}`;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    startedAt,
    operations: () =>
      new Promise((resolve) => {
        child.once("message", (message: CountsMessage) => {
          resolve(message.operations);
        });
        child.send("operations");
      }),
    memory: () => readMemory(proc),
    cpuSeconds: () => readCpu(proc),
    async stop() {
      if (!isRunning()) return;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

function readMemory(proc: string): { now: number; peak: number } | undefined {
  if (!existsSync(`${proc}/status`)) return undefined;
  const status = readFileSync(`${proc}/status`, "utf8");
  const field = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

/** Clock ticks of a Linux process are hundredths of a second on every platform that Node.js runs on. */
function readCpu(proc: string): number | undefined {
  if (!existsSync(`${proc}/stat`)) return undefined;
  const stat = readFileSync(`${proc}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
