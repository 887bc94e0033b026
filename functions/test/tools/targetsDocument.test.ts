import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { signatureHeaders } from "../../src/domain/signature.ts";
import { REPOSITORY_ROOT } from "../../tools/paths.ts";

type IsSigned = (headers: Record<string, string>, body: Uint8Array, key: Uint8Array) => boolean;

describe("docs/TARGETS.md", () => {
  const text = readFileSync(join(REPOSITORY_ROOT, "docs/TARGETS.md"), "utf8");

  it("shows how to verify a signature", async () => {
    const [, code = ""] = /```js\n(import \{ createHmac[\s\S]*?)```/.exec(text) ?? [];
    const url = `data:text/javascript,${encodeURIComponent(`${code}\nexport { isSigned };`)}`;
    const { isSigned } = (await import(url)) as { readonly isSigned: IsSigned };
    const [key, other, body] = ["a key", "another", "\u0000ÿ"].map((one) =>
      Buffer.from(one, "latin1"),
    );
    assert.ok(key && other && body);
    const signed = (timeMs: number): Record<string, string> => ({
      ...signatureHeaders({ id: "4f2e", timeMs, body }, [other, key]),
    });
    assert.ok(isSigned(signed(Date.now()), body, key));
    assert.ok(isSigned(signed(Date.now()), body, other));
    assert.ok(!isSigned(signed(Date.now()), body, Buffer.from("a third")));
    assert.ok(!isSigned(signed(Date.now()), Buffer.from("else"), key));
    assert.ok(!isSigned(signed(Date.now() - 400_000), body, key));
    assert.ok(!isSigned({ ...signed(Date.now()), "webhook-timestamp": "x" }, body, key));
  });
});
