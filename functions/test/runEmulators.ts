/**
 * Runs mocha on the emulator suite, with the built functions serving the wired tests' configuration:
 *
 *   node test/runEmulators.ts [mocha arguments]
 */
import { runSuite } from "../tools/emulatorSuite.ts";
import { LOCAL_PARAMETERS } from "../tools/localParameters.ts";
import { freePorts } from "../testkit/freePorts.ts";
import { PROJECT, WIRED_SERVICES } from "./support/wiredServices.ts";
import { RECEIVER_PORT, TARGET_SECRETS, targetServices } from "./support/wiredTargets.ts";

const arguments_ = process.argv.slice(2);
const specs =
  arguments_.length > 0
    ? arguments_
    : ["contract", "hostile", "wired"].map((layer) => `test/${layer}/**/*.test.ts`);

try {
  // The functions must know whom they call before the tests are there.
  const { receiver } = await freePorts(["receiver"]);
  const services = [...WIRED_SERVICES, ...targetServices(receiver)];
  process.exitCode = await runSuite({
    only: ["firestore", "pubsub", "functions"],
    projectId: PROJECT,
    report: (line) => process.stderr.write(`${line}\n`),
    userEnv: {
      ...LOCAL_PARAMETERS,
      CONFIG: JSON.stringify(services),
      SECRETS: JSON.stringify(TARGET_SECRETS),
    },
    env: { [RECEIVER_PORT]: String(receiver) },
    command: ["mocha", "--timeout", "60000", "--exit", ...specs],
  });
} catch (error) {
  process.stderr.write(`test: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
