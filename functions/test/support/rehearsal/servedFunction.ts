/** A deployed function, served as its image would be: by functions-framework, with its own variables. */
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";

import { freePorts } from "../../../testkit/freePorts.ts";
import type { CloudFunction } from "../../../tools/rehearsal/fakeProject.ts";
import { waitFor } from "../../../testkit/waitFor.ts";
import type { Installation } from "./installation.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface ServedFunction {
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** What it printed, to explain a failure. */
  log(): string;
  stop(): void;
}

/** What the emulators and this machine need, which production does not. */
const LOCAL = ["PATH", "FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST"] as const;

/** @throws Error with what the process printed, if it ends instead of serving */
export async function serveDeployed(
  { directory }: Installation,
  { buildConfig, serviceConfig, eventTrigger }: CloudFunction,
): Promise<ServedFunction> {
  const { port } = await freePorts(["port"]);
  const local = LOCAL.map((name) => [name, process.env[name] ?? ""]);
  const child = spawn(join(directory, "node_modules/.bin/functions-framework"), {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...Object.fromEntries(local),
      METADATA_SERVER_DETECTION: "none",
      NODE_ENV: "production",
      // The buildpack's, unless the function's own variables say otherwise.
      FUNCTION_SIGNATURE_TYPE: eventTrigger === undefined ? "http" : "cloudevent",
      ...serviceConfig.environmentVariables,
      K_SERVICE: serviceConfig.service.split("/").at(-1),
      PORT: String(port),
    },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const isServing = await waitFor(`${buildConfig.entryPoint} to serve`, async () => {
    if (child.exitCode !== null) return false;
    return (await isOpen(port)) ? true : undefined;
  });
  if (!isServing) throw new Error(`${buildConfig.entryPoint} does not serve:\n${log}`);
  return {
    send: async (path, init) => {
      const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, init);
      return { status: response.status, text: await response.text() };
    },
    log: () => log,
    stop: () => {
      child.kill("SIGKILL");
    },
  };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
