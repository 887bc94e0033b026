/**
 * Plays examples of docs/examples on the emulator suite, and ends with 0 if the messages are the expected
 * ones, else with 1:
 *
 *   node tools/example.ts [--verbose] [--lead SECONDS] NAME…
 *
 * `docs/examples/<name>/run` does it for a person. Several examples are played beside each other. A deadline by the
 * clock is at least `--lead` seconds ahead.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { parseArgs } from "node:util";

import { parseConfig } from "../src/config/parse.ts";
import type { Services } from "../src/config/route.ts";
import { secretsOf } from "../src/domain/target.ts";
import { freePorts } from "../testkit/freePorts.ts";
import { explain } from "./configFiles.ts";
import { checkContent } from "./content.ts";
import { startEmulators } from "./emulators.ts";
import { loadExample, withDeadlineAt, withServersAt, type Example } from "./examples.ts";
import { startAlarmClock, subscribeToTargets } from "./localCloud.ts";
import { LOCAL_PARAMETERS } from "./localParameters.ts";
import { playBridge } from "./playBridge.ts";
import { LateError, playExample, Received, type Played } from "./playExample.ts";
import { playOutbox } from "./playOutbox.ts";
import { playRates } from "./playRates.ts";
import { playWebhook } from "./playWebhook.ts";

const PROJECT = "demo-eventsync";
/** Who plays what is more than events that are sent one after the other. */
const PLAYERS: Readonly<Record<string, typeof playExample>> = {
  "orders-outbox": playOutbox,
  rates: playRates,
  bridge: playBridge,
  webhook: playWebhook,
};

/** How far ahead a deadline by the clock is: the emulators start in between, on some machines slowly. */
const LEADS_SECONDS = [30, 90, 270] as const;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interrupt.abort(signal);
  });
}

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { verbose: { type: "boolean", default: false }, lead: { type: "string" } },
  });
  if (positionals.length === 0) throw new Error("which example? Name one of docs/examples.");
  const examples = positionals.map(loadExample);
  const leastSeconds = Number(values.lead ?? 0);
  for (const seconds of LEADS_SECONDS) {
    const leadSeconds = Math.max(seconds, leastSeconds);
    try {
      const deadlineMs = Math.floor(Date.now() / 1000 + leadSeconds) * 1000;
      return await play(examples, deadlineMs, values.verbose);
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
      print("The deadline passed before all events were sent: once more, with a later one.");
    }
  }
  throw new Error(`the emulators took longer than ${String(LEADS_SECONDS.at(-1))} seconds`);
}

/**
 * @returns the exit code
 * @throws LateError
 */
async function play(
  examples: readonly Example[],
  deadlineMs: number,
  verbose: boolean,
): Promise<number> {
  const dated = examples.map(({ config }) => withDeadlineAt(config, deadlineMs));
  const ports = await freePorts(examples.map(({ name }) => name));
  const configs = dated.map((config, index) =>
    withServersAt(config, ports[examples[index]?.name ?? ""] ?? 0),
  );
  const CONFIG = JSON.stringify(configs);
  const { services } = parseConfig(CONFIG, checkContent);
  services.forEach(({ serviceName, deadline }, index) => {
    if (dated[index] === examples[index]?.config) return;
    print(`Nobody can wait for it: the deadline of ${serviceName} is at ${deadline?.at ?? ""}.`);
  });
  const secrets = madeUpSecrets(services);
  const emulators = await startEmulators({
    only: ["firestore", "pubsub", "functions"],
    projectId: PROJECT,
    userEnv: { ...LOCAL_PARAMETERS, SECRETS: JSON.stringify(secrets), CONFIG },
    compile: true,
    verbose,
    report: print,
    signal: interrupt.signal,
  });
  Object.assign(process.env, emulators.env);
  const base = emulators.env["EVENTSYNC_BASE_URL"] ?? "";
  // Where one example fails, the others need not go on.
  const end = new AbortController();
  try {
    const targets = await subscribeToTargets(services);
    const alarms = startAlarmClock(base, PROJECT, services);
    try {
      const isQuiet = (_: unknown, index: number): boolean =>
        Object.hasOwn(PLAYERS, examples[index]?.name ?? "");
      const quiet = new Set(services.filter(isQuiet).map(({ serviceName }) => serviceName));
      const messages = new Received(print, quiet);
      targets.onMessage((message) => {
        messages.add(message);
      });
      const results = await Promise.all(
        examples.map(async (example, index) => {
          const service = services[index] ?? services[0];
          const play = PLAYERS[example.name] ?? playExample;
          const played = await play(example, {
            base,
            projectId: PROJECT,
            service,
            secrets,
            deadlineMs,
            received: () => messages.of(service.serviceName),
            print,
            signal: AbortSignal.any([interrupt.signal, end.signal]),
          });
          return { name: example.name, ...played };
        }),
      );
      return conclude(results);
    } finally {
      end.abort();
      await alarms.stop();
      await targets.close();
    }
  } finally {
    print("Stopping …");
    await emulators.stop();
  }
}

/** Those that the services use, of this run alone. */
function madeUpSecrets(services: Services): Record<string, string> {
  const names = secretsOf(services.flatMap(({ targets = [] }) => targets));
  const made = (): string => `whsec_${randomBytes(24).toString("base64")}`;
  return Object.fromEntries([...names].map((name) => [name, made()]));
}

function conclude(results: readonly (Played & { readonly name: string })[]): number {
  const lines = results.flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
  for (const line of lines) process.stderr.write(`example: ${line}\n`);
  if (lines.length > 0) return 1;
  for (const { name, messages } of results) {
    print(`\n${name}: the ${String(messages)} messages that were expected, and no other.`);
  }
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (interrupt.signal.aborted) {
    print("Interrupted.");
    process.exitCode = 128 + constants.signals[interrupt.signal.reason as NodeJS.Signals];
  } else {
    process.stderr.write(`example: ${explain(error)}\n`);
    process.exitCode = 1;
  }
}
