/**
 * Runs the tests in a browser, on the emulator suite with the built functions:
 *
 *   node test/runBrowser.ts [mocha arguments]
 *
 * Where there is no Chromium it says so, and fails only in CI.
 */
import { runSuite } from "../tools/emulatorSuite.ts";
import { LOCAL_PARAMETERS } from "../tools/localParameters.ts";
import { freePorts } from "../testkit/freePorts.ts";
import { browserServices } from "./support/browserServices.ts";
import { findChromium, NO_CHROMIUM } from "./support/chromium.ts";
import { PROJECT } from "./support/wiredServices.ts";
import { RECEIVER_PORT } from "./support/wiredTargets.ts";

const arguments_ = process.argv.slice(2);
const specs = arguments_.length > 0 ? arguments_ : ["test/browser/**/*.test.ts"];

try {
  if (findChromium() === undefined) {
    process.stderr.write(`${NO_CHROMIUM}\n`);
    process.exitCode = process.env["CI"] === "true" ? 1 : 0;
  } else {
    // The functions must know whom they call before the tests are there.
    const { receiver } = await freePorts(["receiver"]);
    process.exitCode = await runSuite({
      only: ["firestore", "pubsub", "functions"],
      projectId: PROJECT,
      report: (line) => process.stderr.write(`${line}\n`),
      userEnv: { ...LOCAL_PARAMETERS, CONFIG: JSON.stringify(browserServices(receiver)) },
      env: { [RECEIVER_PORT]: String(receiver) },
      command: ["mocha", "--timeout", "120000", "--exit", ...specs],
    });
  }
} catch (error) {
  process.stderr.write(`browser: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
