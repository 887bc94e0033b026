import assert from "node:assert/strict";

import { withMeasured, type Measured } from "../../tools/bench/measuredTable.ts";

const MEASURED: Measured = {
  machine: { cpu: "CPU", cores: 2, memoryGB: 8, date: "2026-01-02T03:04:05.678Z" },
  bars: [
    { name: "ingest", measured: 0.954, limit: 0.9, must: "at least" },
    { name: "reads", measured: 3, limit: 2, must: "at most" },
  ],
};

describe("the measured figures of the benchmark", () => {
  it("are a row for each bar, and say where and when, and which bar was missed", () => {
    const before =
      "Text.\n\n<!-- begin: measured figures, old -->\n\nold\n\n<!-- end: measured figures -->\nMore.\n";
    const after = withMeasured(before, MEASURED);
    assert.match(after, /^Text\.\n\n<!-- begin: measured figures, /);
    assert.match(after, /\| measured: 2 × CPU, 8 GB, 2026-01-02 \| \| bar \|\n/);
    assert.match(after, /\| ingest \| 0\.95 \| ≥ 0\.9 \|\n\| reads \| 3 \| ≤ 2 \(missed\) \|\n/);
    assert.match(after, /<!-- end: measured figures -->\nMore\.\n$/);
    assert.doesNotMatch(after, /old/);
    assert.equal(withMeasured(after, MEASURED), after);
  });

  it("need their markers", () => {
    assert.throws(() => withMeasured("Text.", MEASURED), /no place for measured figures/);
  });
});
