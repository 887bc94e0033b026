/**
 * Runs mocha on the emulator suite, with the built functions serving the wired tests' configuration:
 *
 *   node test/runEmulators.ts [mocha arguments]
 */
import { runSuite } from "../tools/emulatorSuite.ts";
import { LOCAL_PARAMETERS } from "../tools/localParameters.ts";
import { PROJECT, WIRED_SERVICES } from "./support/wiredServices.ts";

const arguments_ = process.argv.slice(2);
const specs =
  arguments_.length > 0
    ? arguments_
    : ["contract", "hostile", "wired"].map((layer) => `test/${layer}/**/*.test.ts`);

try {
  process.exitCode = await runSuite({
    only: ["firestore", "pubsub", "functions"],
    projectId: PROJECT,
    report: (line) => process.stderr.write(`${line}\n`),
    userEnv: { ...LOCAL_PARAMETERS, CONFIG: JSON.stringify(WIRED_SERVICES) },
    command: ["mocha", "--timeout", "60000", "--exit", ...specs],
  });
} catch (error) {
  process.stderr.write(`test: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
