/** One deployed function in a process of its own, served by what serves it in production. */
import { spawn, type ChildProcess } from "node:child_process";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { freePorts } from "../../../tools/freePorts.ts";
import { waitFor } from "../waitFor.ts";
import type { Build } from "./build.ts";

export interface ServerOptions {
  readonly build: Build;
  readonly target: "event" | "checkWindow" | "trigger" | "reset";
  readonly projectId: string;
  /** The value of the parameter `CONFIG`. */
  readonly config: unknown;
  /** The value of the parameter `DATABASE`; the default one if left out. */
  readonly database?: string;
}

/** A structured line of the log, as Cloud Logging would show it. */
export interface LoggedLine {
  readonly severity: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

const READY_MS = 60_000;
const START_ATTEMPTS = 3;
/** Lines that are kept of what a process prints outside its log, to explain its end. */
const KEPT_LINES = 20;

export class FunctionServer {
  readonly #process: ChildProcess;
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #exited: Promise<unknown>;
  readonly #reports: LoggedLine[] = [];
  readonly #output: string[] = [];
  #isAlive = true;

  private constructor(options: ServerOptions, port: number) {
    const { build, target, projectId, config, database = "(default)" } = options;
    this.#url = `http://127.0.0.1:${String(port)}`;
    const main = "node_modules/@google-cloud/functions-framework/build/src/main.js";
    const signature = target === "checkWindow" ? "cloudevent" : "http";
    this.#process = spawn(
      process.execPath,
      [join(build.directory, main), `--source=${build.directory}`],
      {
        cwd: build.directory,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          ...process.env,
          GCLOUD_PROJECT: projectId,
          GOOGLE_CLOUD_PROJECT: projectId,
          METADATA_SERVER_DETECTION: "none",
          // As in production: the functions ask which of them the process serves.
          FUNCTION_TARGET: target,
          FUNCTION_SIGNATURE_TYPE: signature,
          PORT: String(port),
          CONFIG: JSON.stringify(config),
          DATABASE: database,
        },
      },
    );
    this.#exited = new Promise((resolve) => this.#process.once("exit", resolve));
    void this.#exited.then(() => {
      this.#isAlive = false;
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) this.#readLog(stream);
  }

  /** Starts a process and waits until it serves. */
  static async start(options: ServerOptions): Promise<FunctionServer> {
    for (let attempt = 1; ; attempt++) {
      const { port } = await freePorts(["port"]);
      const server = new FunctionServer(options, port);
      const isReady = await waitFor(
        `${options.target} to serve`,
        () => server.#isReady(),
        READY_MS,
      );
      if (isReady) return server;
      // Somebody may have taken the port in between.
      if (attempt === START_ATTEMPTS) throw new Error(server.#output.join("\n"));
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** Warnings and errors that were logged. */
  get reports(): readonly LoggedLine[] {
    return this.#reports;
  }

  /** Rejects if the process ends before it answers. */
  post(path: string, headers: Record<string, string>, body: string | Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        `${this.#url}${path}`,
        { method: "POST", agent: this.#agent, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  /** Ends the process at once, whatever it is doing. */
  async kill(): Promise<void> {
    this.#isAlive = false;
    this.#process.kill("SIGKILL");
    await this.#exited;
    this.#agent.destroy();
  }

  /** Undefined while it starts, false if it has ended instead. */
  async #isReady(): Promise<boolean | undefined> {
    if (!this.#isAlive) return false;
    try {
      await fetch(this.#url, { method: "OPTIONS" });
      return true;
    } catch {
      return undefined;
    }
  }

  #readLog(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (text) => {
      const line = parseLine(text);
      if (line === undefined) {
        this.#output.push(text);
        if (this.#output.length > KEPT_LINES) this.#output.shift();
      } else if (line.severity !== "INFO") this.#reports.push(line);
    });
  }
}

function parseLine(text: string): LoggedLine | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as LoggedLine;
  } catch {
    return undefined;
  }
}
