import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { LOG_EVENTS } from "../../src/app/logEvents.ts";
import { ALERTS, linesWatched, policyOf } from "../../tools/alertPolicies.ts";
import { LOG_METRICS } from "../../tools/logMetrics.ts";
import { REPOSITORY_ROOT } from "../../tools/paths.ts";

const TEXTS = ALERTS.map((alert) => JSON.stringify(policyOf(alert)));

describe("the alerts", () => {
  it("watch each line whose table says to alert on it", () => {
    const watched = linesWatched();
    const forgotten = Object.entries<{ readonly severity: string; readonly toDo?: string }>(
      LOG_EVENTS,
    )
      .filter(([name, { toDo }]) => toDo?.startsWith("alert on") === true && !watched.has(name))
      .map(([name]) => name);
    // Each failed attempt is repeated; what stays unpublished rings.
    assert.deepEqual(forgotten, ["sync.publishFailed"]);
  });

  it("ask for metrics that are applied beside them, and for lines that are logged", () => {
    const metrics = LOG_METRICS.map(({ name }) => `eventsync-${name}`);
    for (const text of TEXTS) {
      for (const [, metric = ""] of text.matchAll(/logging\.googleapis\.com\/user\/([a-z-]+)/g)) {
        assert.ok(metrics.includes(metric), metric);
      }
      for (const [, names = ""] of text.matchAll(/jsonPayload\.message=\(([^)]*)\)/g)) {
        for (const name of names.replaceAll('\\"', "").split(" OR ")) {
          assert.ok(name in LOG_EVENTS, name);
        }
      }
    }
  });

  it("are what Cloud Monitoring takes: one condition of one kind, and a limit for lines only", () => {
    const names = new Set<string>();
    for (const alert of ALERTS) {
      const { conditions, alertStrategy, displayName } = policyOf(alert) as {
        readonly displayName: string;
        readonly conditions: readonly Record<string, unknown>[];
        readonly alertStrategy: object;
      };
      names.add(displayName);
      const kinds = conditions.flatMap((one) =>
        Object.keys(one).filter((key) => key !== "displayName"),
      );
      assert.equal(kinds.length, 1);
      assert.equal("notificationRateLimit" in alertStrategy, kinds[0] === "conditionMatchedLog");
    }
    assert.equal(names.size, ALERTS.length);
  });

  it("are files, which people apply", () => {
    const directory = path.join(REPOSITORY_ROOT, "docs/alerts");
    const files = readdirSync(directory).toSorted();
    assert.deepEqual(files, ALERTS.map(({ name }) => `${name}.json`).toSorted());
    for (const file of files) JSON.parse(readFileSync(path.join(directory, file), "utf8"));
  });
});
