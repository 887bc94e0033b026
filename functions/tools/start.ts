/**
 * Runs EventSync on the emulator suite, for a person to try:
 *
 *   node tools/start.ts [--config FILE] [--demo] [--verbose]
 *
 * Without --config it takes the CONFIG of the dotenv files of the project demo-eventsync. --demo sends
 * the events that every service waits for, prints the messages, and ends: 0 if all came, else 1.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { parseConfig } from "../src/config/parse.ts";
import type { Services } from "../src/config/route.ts";
import { explain, readEnvFiles } from "./configFiles.ts";
import { runDemo, sourceMethod } from "./demo.ts";
import { startEmulators } from "./emulators.ts";
import { startScheduler, subscribeToTargets } from "./localCloud.ts";
import { LOCAL_PARAMETERS } from "./localParameters.ts";

const PROJECT = "demo-eventsync";
/** The emulators' usual ports, so that the README's lines can be copied; others where they are taken. */
const PORTS = { functions: 5001, firestore: 8080, pubsub: 8085 };

const { values: options } = parseArgs({
  options: {
    config: { type: "string" },
    demo: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function main(): Promise<number> {
  const CONFIG =
    options.config === undefined
      ? (readEnvFiles(PROJECT, true)["CONFIG"] ?? "")
      : readFileSync(options.config, "utf8");
  const { services } = parseConfig(CONFIG);

  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      interrupt.abort(signal);
    });
  }
  print("Starting the emulators …");
  const emulators = await startEmulators({
    only: ["firestore", "pubsub", "functions"],
    projectId: PROJECT,
    preferredPorts: options.demo ? {} : PORTS,
    userEnv: { ...LOCAL_PARAMETERS, CONFIG },
    verbose: options.verbose,
    signal: interrupt.signal,
  });
  Object.assign(process.env, emulators.env);
  const base = emulators.env["EVENTSYNC_BASE_URL"] ?? "";
  try {
    const targets = await subscribeToTargets(services);
    try {
      if (options.demo) return await runDemo(base, services, targets);
      printInstructions(base, services, targets.subscriptions);
      targets.onMessage(({ topic, data }) => {
        print(`\n── sync message on ${topic} ──\n${JSON.stringify(JSON.parse(data), null, 2)}`);
      });
      const scheduler = startScheduler(base, "sweep");
      await new Promise<void>((resolve) => {
        interrupt.signal.addEventListener("abort", () => {
          resolve();
        });
      });
      scheduler.stop();
      return 0;
    } finally {
      await targets.close();
    }
  } finally {
    print("Stopping …");
    await emulators.stop();
  }
}

function printInstructions(
  base: string,
  services: Services,
  subscriptions: readonly string[],
): void {
  const [first] = services;
  print(`\nEventSync is ready at ${base}\n\nTry:\n  curl ${base}/config`);
  for (const [index, service] of services.entries()) {
    const prefix = index === 0 ? "" : `${encodeURIComponent(service.serviceName)}/`;
    for (const { eventKey, acceptedHttpMethods } of service.endpoints) {
      const method = sourceMethod(acceptedHttpMethods);
      const key = eventKey.split("/").map(encodeURIComponent).join("/");
      print(`  curl -X ${method} -d 'New event' '${base}/event/${prefix}${key}'`);
    }
  }
  print(`  curl ${base}/trigger        # sends what has come so far (${first.serviceName})`);
  print(`  curl ${base}/reset          # what has come so far stops counting`);
  print(`\nSync messages are printed here as they are published, from`);
  for (const subscription of subscriptions) print(`  ${subscription}`);
  print("\nCtrl-C stops everything.");
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`start: ${explain(error)}\n`);
  process.exitCode = 1;
}
