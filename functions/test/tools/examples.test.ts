import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";

import { parseConfig } from "../../src/config/parse.ts";
import { checkContent } from "../../tools/content.ts";
import { rulesInWords } from "../../tools/deployment.ts";
import {
  differences,
  exampleNames,
  EXAMPLES_DIR,
  loadExample,
  outcomeOf,
  withDeadlineAt,
  withServersAt,
  type Outcome,
} from "../../tools/examples.ts";
import { REPOSITORY_ROOT } from "../../tools/paths.ts";

const read = (...path: string[]): string => readFileSync(join(REPOSITORY_ROOT, ...path), "utf8");
const isValid = new Ajv({ strictTypes: false }).compile(
  JSON.parse(read("docs", "configuration.schema.json")) as object,
);

describe("the examples", () => {
  const root = mkdtempSync(join(tmpdir(), "examples-"));
  before(() => {
    cpSync(EXAMPLES_DIR, join(root, "docs", "examples"), { recursive: true });
    mkdirSync(join(root, "scripts"));
    cpSync(join(REPOSITORY_ROOT, "scripts", "usage.sh"), join(root, "scripts", "usage.sh"));
    // It would install; what is asked here is what is called after it.
    writeFileSync(join(root, "scripts", "setup.sh"), `EVENTSYNC_ROOT=/root; PATH="${root}:$PATH"`);
    writeFileSync(join(root, "node"), '#!/bin/sh\necho "$@"\n');
    chmodSync(join(root, "node"), 0o755);
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  for (const name of exampleNames()) {
    const { config } = loadExample(name);

    it(`${name} is right by the schema that editors use, which it names`, () => {
      assert.ok(isValid(config), JSON.stringify(isValid.errors));
      assert.equal(config["$schema"], "../../configuration.schema.json");
    });

    it(`${name} says what its rule does, in the words of check-config`, () => {
      const { services, ignored } = parseConfig(JSON.stringify(config), checkContent);
      assert.deepEqual(ignored, []);
      const [words = ""] = rulesInWords(services);
      const text = read("docs", "examples", name, "README.md").replace(/\s+/g, " ");
      assert.ok(text.includes(words), words);
    });

    it(`${name} has a command that plays it, and a row in the README`, () => {
      const run = join(root, "docs", "examples", name, "run");
      const { stdout, stderr } = spawnSync(run, ["--verbose"], { encoding: "utf8" });
      assert.equal(stdout, `/root/functions/tools/example.ts ${name} --verbose\n`, stderr);
      assert.equal(spawnSync(run, ["other"]).status, 2);
      assert.ok(spawnSync(run, ["--help"], { encoding: "utf8" }).stdout.includes(`/${name}/run `));
      assert.ok(read("README.md").includes(`(docs/examples/${name}/README.md)`));
    });
  }

  it("are named where another one is asked for", () => {
    assert.throws(() => loadExample("other"), /^Error: there is no example "other", only .*orders/);
  });
});

describe("what is expected of an example", () => {
  const outcome = (key: string, numbers: readonly number[] = []): Outcome => ({
    ...{ topic: "t", key, reason: "deadline", missing: [{ eventKey: "b", have: 0, need: 1 }] },
    events: { a: numbers },
  });

  it("is compared in any order of the messages, and in the order of the events", () => {
    const [a, b] = [outcome("a", [1, 2]), outcome("b")];
    assert.deepEqual(differences([a, b], [b, a]), []);
    const wrong = differences([a], [outcome("a", [2, 1])]);
    assert.match(wrong[0] ?? "", /^expected, but did not come: .*\[1,2\]/);
    assert.match(wrong[1] ?? "", /^came, but is not expected: .*\[2,1\]/);
    assert.equal(wrong.length, 2);
  });

  it("is a difference where a message is not there, comes twice, or lacks something else", () => {
    const a = outcome("a");
    assert.equal(differences([a], []).length, 1);
    assert.equal(differences([a], [a, a]).length, 1);
    assert.equal(differences([a], [{ ...a, missing: [] }]).length, 2);
    assert.equal(differences([a], [{ ...a, topic: "other" }]).length, 2);
  });

  it("is in a message, of which the rest differs from run to run", () => {
    const data = JSON.stringify({
      ...{ eventID: "1", key: "a", date: "2026-11-21T00:00:00Z" },
      events: { a: { events: [{ content: "7", datetime: "now" }] }, b: { numberOfEvents: 0 } },
      completion: { reason: "deadline", missing: outcome("a").missing, firstEventAt: "now" },
    });
    assert.deepEqual(outcomeOf({ topic: "t", data, attributes: {} }), outcome("a", [7]));
  });

  it("is called at a port that is free", () => {
    const targets = (port: number) => [
      { name: "a", url: `http://127.0.0.1:${String(port)}/{key}` },
      { name: "b", url: "https://shop.example:8080/" },
      { name: "log" },
    ];
    assert.deepEqual(withServersAt({ targets: targets(8080) }, 91), { targets: targets(91) });
    const none = { targetPubSub: {} };
    assert.equal(withServersAt(none, 91), none);
  });

  it("comes at a time of day that can be waited for", () => {
    const ms = Date.parse("2026-07-01T22:00:05.900Z");
    const at = { deadline: { at: "06:00", timeZone: "Asia/Tokyo", then: "publish" } };
    assert.deepEqual(withDeadlineAt(at, ms), { deadline: { ...at.deadline, at: "07:00:05" } });
    const other = { deadline: { seconds: 1 } };
    assert.equal(withDeadlineAt(other, ms), other);
    assert.deepEqual(withDeadlineAt({}, ms), {});
  });
});
