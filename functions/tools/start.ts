/**
 * Runs EventSync on the emulator suite, for a person to try. `scripts/start --help` says how; without
 * --config it takes the CONFIG of the dotenv files of the project demo-eventsync.
 */
import { constants } from "node:os";
import { parseArgs } from "node:util";

import { ignoredInWords } from "../src/config/ignoredKey.ts";
import { parseConfig, type ParsedConfig } from "../src/config/parse.ts";
import { explain, readEnvFiles, readFile } from "./configFiles.ts";
import { checkContent } from "./content.ts";
import { runDemo } from "./demo.ts";
import { startEmulators } from "./emulators.ts";
import {
  startAlarmClock,
  startScheduler,
  subscribeToTargets,
  watchDeliveries,
} from "./localCloud.ts";
import { LOCAL_PARAMETERS, localSecrets } from "./localParameters.ts";
import { instructions, renderDelivery, renderMessage, type ShownDelivery } from "./startTexts.ts";

const PROJECT = "demo-eventsync";
/** The emulators' usual ports, so that the README's lines can be copied; others where they are taken. */
const PORTS = { functions: 5001, firestore: 8080, pubsub: 8085 };

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const complain = (text: string): void => {
  process.stderr.write(`start: ${text}\n`);
};

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interrupt.abort(signal);
  });
}

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      config: { type: "string" },
      demo: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
    },
  });
  const CONFIG =
    options.config === undefined
      ? (readEnvFiles(PROJECT, true)["CONFIG"] ?? "")
      : readFile(options.config);
  const { services, ignored } = parse(CONFIG, options.config);
  for (const key of ignored) complain(ignoredInWords(key));

  const secrets = localSecrets(services, () => readEnvFiles(PROJECT, true));
  if (secrets.missing.length > 0) {
    const names = secrets.missing.map((name) => JSON.stringify(name)).join(", ");
    complain(
      `targets use the secrets ${names}, which SECRETS in functions/.env.local does not have: what needs them waits`,
    );
  }

  const emulators = await startEmulators({
    only: ["firestore", "pubsub", "functions"],
    projectId: PROJECT,
    preferredPorts: options.demo ? {} : PORTS,
    userEnv: { ...LOCAL_PARAMETERS, ...secrets.env, CONFIG },
    compile: true,
    verbose: options.verbose,
    report: print,
    signal: interrupt.signal,
  });
  Object.assign(process.env, emulators.env);
  const base = emulators.env["EVENTSYNC_BASE_URL"] ?? "";
  try {
    const targets = await subscribeToTargets(services);
    try {
      if (options.demo) return await runDemo(base, services, targets);
      print(instructions({ base, services, ignored, subscriptions: targets.subscriptions }));
      targets.onMessage((message) => {
        print(`\n── message on ${message.topic} ──\n${renderMessage(message)}`);
      });
      const scheduler = startScheduler(base, "sweep");
      const alarms = startAlarmClock(base, PROJECT, services);
      const deliveries = watchDeliveries(PROJECT, services, showDeliveries());
      await new Promise<void>((resolve) => {
        interrupt.signal.addEventListener("abort", () => {
          resolve();
        });
      });
      scheduler.stop();
      await deliveries.stop();
      await alarms.stop();
      return 0;
    } finally {
      await targets.close();
    }
  } finally {
    print("Stopping …");
    await emulators.stop();
  }
}

/** As `watchDeliveries` tells of it, which is more than a person needs: also that one is taken. */
function showDeliveries(): (service: string, fields: unknown) => void {
  const shown = new Map<string, string>();
  return (service, fields) => {
    const delivery = fields as ShownDelivery;
    const name = JSON.stringify([service, delivery.target, delivery.eventID]);
    const text = renderDelivery(service, delivery);
    if (text === undefined || shown.get(name) === text) return;
    shown.set(name, text);
    print(`\n${text}`);
  };
}

/** @throws Error that names the file, with every problem of the configuration */
function parse(text: string, file: string | undefined): ParsedConfig {
  try {
    return parseConfig(text, checkContent);
  } catch (error) {
    throw new Error(file === undefined ? explain(error) : `${file}: ${explain(error)}`, {
      cause: error,
    });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (interrupt.signal.aborted) {
    print("Interrupted.");
    process.exitCode = 128 + constants.signals[interrupt.signal.reason as NodeJS.Signals];
  } else {
    complain(explain(error));
    process.exitCode = 1;
  }
}
