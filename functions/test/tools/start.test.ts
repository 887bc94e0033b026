import assert from "node:assert/strict";

import { Checkout } from "../support/checkout.ts";
import { SEED_SERVICE } from "../support/wiredServices.ts";

describe("scripts/start", () => {
  it("names keys of the configuration that nothing reads", () => {
    const config = JSON.stringify({ ...SEED_SERVICE, sevriceName: "x" });
    const checkout = new Checkout({ "my.json": config });
    try {
      // There is no build to serve, so it goes no further.
      const { stderr } = checkout.run("start.ts", ["--config", "my.json"]);
      assert.match(stderr, /^start: nothing reads the key sevriceName$/m);
    } finally {
      checkout.remove();
    }
  });
});
