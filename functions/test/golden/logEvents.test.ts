import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

import { LOG_EVENTS } from "../../src/app/logEvents.ts";
import type { Log } from "../../src/app/ports.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";

/** What the compiler refuses; `npm run typecheck` fails where one of these is accepted. */
export function refused(log: Log): void {
  // @ts-expect-error no such event
  log.info("event.forgotten", {});
  // @ts-expect-error of another severity
  log.info("sync.publishFailed", { service: "svc" });
  // @ts-expect-error a field is missing
  log.info("service.reset", {});
  // @ts-expect-error a field that it does not have
  log.info("service.reset", { service: "svc", secret: "hunter2" });
  log.info("service.reset", { service: "svc" });
}

describe("the messages of the log", () => {
  it("are all logged by something", () => {
    const sources = globSync("src/**/*.ts", { cwd: FUNCTIONS_DIR })
      .filter((file) => path.basename(file) !== "logEvents.ts")
      .map((file) => readFileSync(path.join(FUNCTIONS_DIR, file), "utf8"))
      .join("\n");
    const unused = Object.entries(LOG_EVENTS).filter(
      ([name, { severity }]) => !new RegExp(`\\b${severity}\\(\\s*"${name}"`).test(sources),
    );
    assert.deepEqual(unused, []);
  });

  it("have a name of a noun and what happened to it", () => {
    for (const name of Object.keys(LOG_EVENTS)) assert.match(name, /^[a-z]+\.[a-z]+[A-Za-z]*$/);
  });

  it("cost nothing where they are logged: the table is not loaded", () => {
    const importing = globSync("src/**/*.ts", { cwd: FUNCTIONS_DIR }).filter((file) =>
      /^import (?!type).*logEvents\.ts/m.test(readFileSync(path.join(FUNCTIONS_DIR, file), "utf8")),
    );
    assert.deepEqual(importing, []);
  });
});
