/** The environments on both sides of the emulators: of what runs them, and of what calls them. */
import { delimiter, join } from "node:path";

import { launcherDir } from "./launchers.ts";
import { PACKAGE_BIN_DIR } from "./paths.ts";
import type { Emulator, Ports } from "./staging.ts";

/** The variables that lead the Google clients and our own tests to the emulators. */
export function clientEnv(
  only: readonly Emulator[],
  projectId: string,
  ports: Ports,
  logFile: string,
): Record<string, string> {
  const at = (name: keyof Ports): string => `127.0.0.1:${String(ports[name])}`;
  return {
    GCLOUD_PROJECT: projectId,
    METADATA_SERVER_DETECTION: "none",
    FIREBASE_EMULATOR_HUB: at("hub"),
    EVENTSYNC_SUITE_LOG: logFile,
    ...(only.includes("firestore") && { FIRESTORE_EMULATOR_HOST: at("firestore") }),
    ...(only.includes("pubsub") && { PUBSUB_EMULATOR_HOST: at("pubsub") }),
    ...(only.includes("functions") && {
      EVENTSYNC_BASE_URL: `http://${at("functions")}/${projectId}/us-central1`,
    }),
  };
}

/**
 * The environment of firebase-tools, which the emulators and the functions inherit.
 *
 * @param binaries the variables that say which emulators it runs
 */
export function firebaseEnv(
  staging: string,
  binaries: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  // Credentials are of no use here; JAVA_HOME would lead past our own `java`; FORCE_COLOR would
  // paint the log.
  for (const name of ["GOOGLE_APPLICATION_CREDENTIALS", "JAVA_HOME", "FORCE_COLOR"]) {
    Reflect.deleteProperty(inherited, name);
  }
  return {
    ...inherited,
    ...binaries,
    PATH: [launcherDir(staging), PACKAGE_BIN_DIR, process.env["PATH"] ?? ""].join(delimiter),
    // Two runs for one project would otherwise find each other's locator file here,
    TMPDIR: staging,
    // and read the settings and the login of the user's own firebase-tools here.
    XDG_CONFIG_HOME: join(staging, "config"),
    // The list of functions goes through a file: over a port, chosen at random, it takes 3 s longer.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: "true",
    METADATA_SERVER_DETECTION: "none",
    NO_UPDATE_NOTIFIER: "1",
    NO_COLOR: "1",
    CI: "1",
  };
}
