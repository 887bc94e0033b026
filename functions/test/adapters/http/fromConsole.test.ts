import assert from "node:assert/strict";

import { dropConsoleHeader, requireFromConsole } from "../../../src/adapters/http/fromConsole.ts";

describe("a call of the console's page", () => {
  const ask = (headers: Readonly<Record<string, string>>, isChange: boolean) => () => {
    requireFromConsole({ headers }, isChange);
  };
  const OURS = { "x-eventsync-console": "1" };
  const refused = { code: "not-from-console", httpStatus: 403 };

  it("has its header where it may change something", () => {
    ask(OURS, true)();
    ask({ ...OURS, "sec-fetch-site": "same-origin" }, true)();
    assert.throws(ask({}, true), refused);
    assert.throws(ask({ "x-eventsync-console": "true" }, true), refused);
  });

  it("reads without one", () => {
    ask({}, false)();
    ask({ "sec-fetch-site": "same-origin" }, false)();
    ask({ "sec-fetch-site": "none" }, false)();
  });

  it("is of no other site, whatever its headers", () => {
    for (const site of ["cross-site", "same-site"]) {
      assert.throws(ask({ ...OURS, "sec-fetch-site": site }, true), refused);
      assert.throws(ask({ "sec-fetch-site": site }, false), refused);
    }
    assert.throws(ask({ ...OURS, "sec-fetch-site": "none" }, true), refused);
  });

  it("does not leave its header to the event", () => {
    const rawHeaders = ["A", "1", "X-EventSync-Console", "1", "B", "x-eventsync-console"];
    dropConsoleHeader({ rawHeaders });
    assert.deepEqual(rawHeaders, ["A", "1", "B", "x-eventsync-console"]);
  });
});
