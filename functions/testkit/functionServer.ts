/** One function in a process of its own, served by what serves it in production: functions-framework. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePorts } from "./freePorts.ts";
import { post, type Answered } from "./http.ts";
import { FUNCTIONS_DIR } from "./paths.ts";
import { readCpuSeconds, readMemory, type MemoryUse } from "./processFigures.ts";

export interface ServerOptions {
  /** Directory or file with the function; a program of its own where that is what serves. */
  readonly source: string;
  /** Whether functions-framework serves it, which is so if nothing else is said. */
  readonly isFramed?: boolean;
  readonly target: string;
  readonly projectId: string;
  /** Further variables: parameters, mostly. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node.js. */
  readonly flags?: readonly string[];
}

/** A structured line of the log, as Cloud Logging would show it. */
export interface LoggedLine {
  readonly severity: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/**
 * The heap of a container of 512 MiB, which the functions have. Google's buildpack sets the first (512
 * less 64, in `cmd/nodejs/functions_framework`); the second is what V8 chooses in such a container.
 * Without them Node.js would go by the memory of this machine, take more and collect less. As in the
 * buildpack, options of whoever runs it come after these.
 */
export const CONTAINER_HEAP = "--max-old-space-size=448 --max-semi-space-size=1";

const FRAMEWORK = join(
  FUNCTIONS_DIR,
  "node_modules/@google-cloud/functions-framework/build/src/main.js",
);
const START_MS = 60_000;
const START_ATTEMPTS = 3;
const STOP_MS = 5_000;

export class FunctionServer {
  readonly url: string;
  /** When the process was started, by `performance.now()`. */
  readonly startedAt = performance.now();
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #log: Log;
  #isAlive = true;

  private constructor(options: ServerOptions, port: number) {
    const { source, target, projectId, isFramed = true, env = {}, flags = [] } = options;
    const program = isFramed ? [FRAMEWORK, `--source=${source}`] : [source];
    this.url = `http://127.0.0.1:${String(port)}`;
    this.#log = new Log();
    this.#process = spawn(process.execPath, [...flags, ...program], {
      stdio: ["ignore", this.#log.descriptor, this.#log.descriptor, "ipc"],
      env: {
        ...process.env,
        NODE_ENV: "production",
        METADATA_SERVER_DETECTION: "none",
        DATABASE: "(default)",
        K_SERVICE: target.toLowerCase(),
        GCLOUD_PROJECT: projectId,
        GOOGLE_CLOUD_PROJECT: projectId,
        ...env,
        NODE_OPTIONS: `${CONTAINER_HEAP} ${process.env["NODE_OPTIONS"] ?? ""}`,
        // As in production: the functions ask which of them the process serves.
        FUNCTION_TARGET: target,
        FUNCTION_SIGNATURE_TYPE: target === "checkWindow" ? "cloudevent" : "http",
        PORT: String(port),
      },
    });
    this.#process.setMaxListeners(0);
    this.#exited = new Promise((resolve) => this.#process.once("exit", resolve));
    void this.#exited.then(() => {
      this.#isAlive = false;
      this.#log.close();
    });
  }

  /** Starts a process and waits until it listens. */
  static async start(options: ServerOptions): Promise<FunctionServer> {
    for (let attempt = 1; ; attempt++) {
      const { port } = await freePorts(["port"]);
      const server = new FunctionServer(options, port);
      while (server.isAlive && !(await isListening(port))) {
        if (performance.now() - server.startedAt > START_MS) await server.kill();
        await delay(2);
      }
      if (server.isAlive) return server;
      // Somebody may have taken the port in between.
      if (attempt < START_ATTEMPTS && /EADDRINUSE/.test(server.log())) continue;
      const tail = server.log().trimEnd().split("\n").slice(-20).join("\n");
      throw new Error(`The function ${options.target} did not start.\n${tail}`);
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** What it has printed. */
  log(): string {
    return this.#log.read();
  }

  /** Warnings and errors that were logged. */
  get reports(): readonly LoggedLine[] {
    return this.log()
      .split("\n")
      .flatMap((text) => parseLine(text) ?? [])
      .filter(({ severity }) => severity !== "INFO");
  }

  /** Rejects if the process ends before it answers. */
  post(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
  ): Promise<Answered> {
    return post(`${this.url}${path}`, body, headers);
  }

  /** What a module that was loaded into it by `--import` answers to any message. */
  ask(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#process.once("message", resolve);
      this.#process.send("ask");
    });
  }

  /** Bytes that it occupies, if the system says so. */
  memory(): MemoryUse | undefined {
    return readMemory(this.#process.pid);
  }

  /** Seconds of CPU time so far, if the system says so. */
  cpuSeconds(): number | undefined {
    return readCpuSeconds(this.#process.pid);
  }

  async stop(): Promise<void> {
    if (!this.#isAlive) return;
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Ends the process at once, whatever it is doing. */
  async kill(): Promise<void> {
    this.#isAlive = false;
    this.#process.kill("SIGKILL");
    await this.#exited;
  }
}

/** A file without a name: nothing is left of it, however this process ends, and nobody has to read along. */
class Log {
  readonly descriptor: number;
  #text: string | undefined;

  constructor() {
    const path = join(tmpdir(), `eventsync-log-${crypto.randomUUID()}`);
    this.descriptor = openSync(path, "a+");
    unlinkSync(path);
  }

  read(): string {
    if (this.#text !== undefined) return this.#text;
    const bytes = Buffer.alloc(fstatSync(this.descriptor).size);
    readSync(this.descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString();
  }

  close(): void {
    this.#text = this.read();
    closeSync(this.descriptor);
  }
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

function parseLine(text: string): LoggedLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as LoggedLine;
  } catch {
    return undefined;
  }
}
