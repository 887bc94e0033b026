import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Expectation, readExpected } from "../../tools/simulate/expectation.ts";
import type { FiredView } from "../../src/adapters/simulate/view.ts";
import { EXAMPLES_DIR } from "../../tools/examples.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";

const ORDERS = join(EXAMPLES_DIR, "orders");
const CONFIG = join(ORDERS, "config.json");
const DAY = join(ORDERS, "day.ndjson");

describe("scripts/simulate", function () {
  // Each call begins a process.
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), "simulate-"));
  after(() => {
    rmSync(directory, { recursive: true });
  });
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const call = (args: readonly string[], input = "") =>
    spawnSync(process.execPath, [join(FUNCTIONS_DIR, "tools/simulate/main.ts"), ...args], {
      encoding: "utf8",
      cwd: directory,
      input,
    });

  it("tells a story in lines, and its end", () => {
    const { status, stdout, stderr } = call(["--config", CONFIG, DAY]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    const holds = "the last 3600 seconds hold 1 “order”, 1 “payment” and 1 “stock”";
    assert.deepEqual(stdout.split("\n"), [
      `2026-01-05T08:00:06.000Z  orders “A-1”: fires with 1 “order”, 1 “payment”, 1 “stock” and 1 “coupon”, because “stock” came, and ${holds}`,
      "2026-01-05T08:00:08.000Z  orders: “payment” of line 8 is refused (422): No correlation key: “$.orderId” in the JSON body is missing.",
      `2026-01-05T08:00:09.000Z  orders “42”: fires with 1 “order”, 1 “payment” and 1 “stock”, because “order” came, and ${holds}`,
      "2026-01-05T08:00:21.000Z  orders “C-3”: closes at its deadline with 1 “order” and 1 “stock”, without 1 “payment”, because it closes 20 seconds after its first event: what is there goes to the dead-letter topic",
      "2026-01-05T08:10:00.000Z  orders “D-4”: is open, has 1 “order” and waits for 1 “payment” and 1 “stock”; closes at the deadline 2026-01-05T08:10:20.000Z",
      "until 2026-01-05T08:10:00.000Z: 11 events (1 refused); 3 syncs (2 complete, 1 at the deadline); 0 events expired, 0 reset; 1 window open",
      "",
    ]);
  });

  it("says what nothing reads, and not where a program reads", () => {
    const config = JSON.parse(readFileSync(CONFIG, "utf8")) as object;
    const misspelt = file("misspelt.json", JSON.stringify({ ...config, targts: [] }));
    const told = call(["--config", misspelt, "--json", DAY]);
    assert.deepEqual(
      [told.status, told.stdout],
      [0, call(["--config", CONFIG, "--json", DAY]).stdout],
    );
    const warning = "simulate: warning: nothing reads the key targts: did you mean “targets”?\n";
    assert.equal(told.stderr, warning);
  });

  it("reads standard input, tells of each event, and goes on until nothing is open", () => {
    const line = '{"at":"2026-01-05T08:00:00Z","eventKey":"order","body":{"orderId":1}}\n';
    const { status, stdout } = call(["--config", CONFIG, "--verbose", "--until", "end", "-"], line);
    assert.equal(status, 0);
    const [comes, closes, end] = stdout.split("\n");
    assert.match(
      comes ?? "",
      /“order” comes, has 1 “order” and waits for 1 “payment” and 1 “stock”; closes at the deadline 2026-01-05T08:00:20/,
    );
    assert.match(closes ?? "", /closes at its deadline with 1 “order”, without/);
    assert.match(end ?? "", /^until end: 1 event; 1 sync /);
  });

  it("stops at the time that is asked for", () => {
    const { stdout } = call(["--config", CONFIG, "--until", "2026-01-05T08:00:06Z", DAY]);
    assert.match(stdout, /until 2026-01-05T08:00:06.000Z: 7 events; 1 sync .*; 2 windows open\n$/);
  });

  it("prints JSON in lines, which is an expectation", () => {
    const { stdout } = call(["--config", CONFIG, "--json", DAY]);
    const lines = stdout.trimEnd().split("\n");
    const whats = lines.map((line) => (JSON.parse(line) as { what: string }).what);
    assert.deepEqual(whats, ["fired", "refused", "fired", "fired", "open", "summary"]);
    const expected = file("all.ndjson", stdout);
    const { status, stdout: said } = call(["--config", CONFIG, "--expect", expected, DAY]);
    assert.equal(status, 0);
    assert.match(said, /\nas expected: 3 syncs\n$/);
  });

  it("holds the example's rule against its expectation", () => {
    const expected = join(ORDERS, "day.expected.json");
    const { status, stderr } = call(["--config", CONFIG, "--expect", expected, DAY]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  });

  it("ends with 1 where something else fires, and says what", () => {
    const expected = file(
      "other.json",
      JSON.stringify([
        { key: "A-1", reason: "complete", events: { order: 2, payment: 1, stock: 1 } },
        { key: "A-1" },
        { key: "42", at: "2026-01-05T09:00:09+01:00" },
      ]),
    );
    const { status, stderr } = call(["--config", CONFIG, "--expect", expected, DAY]);
    assert.equal(status, 1);
    const [first, events, unexpected, absent, ...others] = stderr.trimEnd().split("\n");
    assert.equal(first, "simulate: not as expected in 3 place(s):");
    assert.match(
      events ?? "",
      /orders “A-1”, sync 1, at .*: expected “events” to be \{"order":2.*\}, got \{"order":\["entry-000000001"\]/,
    );
    assert.match(
      unexpected ?? "",
      /orders “C-3”, sync 1: fires at 2026-01-05T08:00:21.000Z, but is not expected: it closes 20 seconds/,
    );
    assert.match(
      absent ?? "",
      /orders “A-1”, sync 2: expected, but it does not fire: \{"key":"A-1"\}$/,
    );
    assert.deepEqual(others, []);
  });

  it("ends with 2 at a line that is wrong, and names it; what was before it is told", () => {
    const good = '{"at":0,"eventKey":"order","body":{"orderId":1}}';
    for (const [lines, message] of [
      ["\n{", "line 2: it is not JSON: "],
      [`${good}\n{"eventKey":"order"}`, "line 2: “at” is missing: expected a time"],
      [
        `${good.replace("0", "9")}\n\n${good}`,
        "line 3: “at” is before 1970-01-01T00:00:00.009Z, the time of an entry before it",
      ],
    ] as const) {
      const path = file("bad.ndjson", lines);
      const { status, stderr } = call(["--config", CONFIG, path]);
      assert.equal(status, 2, stderr);
      assert.ok(stderr.startsWith(`simulate: ${path}, ${message}`), stderr);
    }
  });

  it("ends with 2 where the command line, a file or the configuration is wrong", () => {
    const bad = file("bad.json", '{"serviceName":"x"}');
    const wrongExpected = file("wrong.json", '[{"kee":"A"}]');
    for (const [args, message] of [
      [[DAY], /^simulate: --config is missing\n$/],
      [["--config", CONFIG], /^simulate: EVENTS is missing\n$/],
      [["--config", CONFIG, "nothing.ndjson"], /^simulate: cannot read nothing.ndjson: ENOENT/],
      [["--config", "nothing.json", DAY], /^simulate: cannot read nothing.json: there is no such/],
      [
        ["--config", bad, DAY],
        /^simulate: CONFIG has \d problem\(s\):\n {2}- endpoints: is missing/,
      ],
      [["--config", CONFIG, "--until", "soon", DAY], /^simulate: --until needs a time such as/],
      [
        ["--config", CONFIG, "--expect", wrongExpected, DAY],
        /^simulate: .*wrong.json: sync 1 has “kee”; expected at, /,
      ],
      [["--config", CONFIG, DAY, "more"], /^simulate: unexpected argument "more"/],
    ] as const) {
      const { status, stderr } = call(args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
  });
});

describe("what is expected", () => {
  const sync = (facts: Partial<FiredView>): FiredView => ({
    ...{ what: "fired", at: "2026-01-05T08:00:00.000Z", service: "s", reason: "complete" },
    ...{ complete: true, destination: "target", eventID: "e", numberOfEvents: 2, missing: null },
    ...{ events: { a: ["1"], b: ["2"] }, firstEventAt: null, because: "of it" },
    ...facts,
  });
  const wrongWith = (expected: string, ...syncs: readonly FiredView[]): readonly string[] => {
    const expectation = new Expectation(readExpected(expected), "s");
    for (const one of syncs) expectation.meet(one);
    return expectation.end().wrong;
  };

  it("is compared as far as it says anything", () => {
    for (const met of [
      "[{}]",
      '{"service":"s"}',
      '[{"complete":true,"events":{"a":1,"b":["2"]}}]',
      '[{"events":{"a":1,"b":1,"c":0}}]',
      '{"at":"2026-01-05T09:00:00+01:00","missing":null,"because":"of something else"}\n\n',
    ]) {
      assert.deepEqual(wrongWith(met, sync({})), [], met);
    }
    for (const other of [
      '[{"complete":false}]',
      '[{"events":{"a":1}}]',
      '[{"events":{"a":1,"b":2}}]',
      '[{"events":{"a":1,"b":["3"]}}]',
      '[{"at":"2026-01-05T08:00:01Z"}]',
      '[{"missing":"1 “a”"}]',
      '[{"service":"other"}]',
      '[{"key":"k"}]',
      "[]",
      "",
    ]) {
      assert.notDeepEqual(wrongWith(other, sync({})), [], other);
    }
  });

  it("is compared window by window, in the order of firing there", () => {
    const expected =
      '[{"key":"1","eventID":"e1"},{"key":"2","eventID":"e2"},{"key":"1","eventID":"e3"}]';
    const syncs = [
      sync({ key: "2", eventID: "e2" }),
      sync({ key: "1", eventID: "e1" }),
      sync({ key: "1", eventID: "e3" }),
    ];
    assert.deepEqual(wrongWith(expected, ...syncs), []);
    assert.equal(wrongWith(expected, ...syncs.toReversed()).length, 2);
  });
});
