import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

import { loadConsolePage } from "../../src/adapters/consolePage.ts";

describe("the console's page", () => {
  const directory = mkdtempSync(join(tmpdir(), "eventsync-page-"));
  after(() => {
    rmSync(directory, { recursive: true });
  });
  const load = (html: string) => {
    const file = join(directory, "page.html");
    writeFileSync(file, html);
    return loadConsolePage(pathToFileURL(file));
  };

  it("may run its own script and style, and nothing else", async () => {
    const html = `<style>a{}</style><script type="module">1</script>`;
    const { policy, gzipped } = await load(html);
    // printf 1 | openssl dgst -sha256 -binary | base64
    assert.match(policy, /script-src 'sha256-a4ayc\/80\/OGda4BO\/1o\/V0etpOqiLx1JwB5S3beHW0s='/);
    assert.match(policy, /^default-src 'none'; /);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(gunzipSync(gzipped).toString(), html);
  });

  it("is another one when anything in it has changed", async () => {
    const one = await load("<style></style><script>1</script>");
    const other = await load("<style></style><script>2</script>");
    assert.notEqual(one.etag, other.etag);
    assert.notEqual(one.policy, other.policy);
  });

  it("is refused where it has no script", async () => {
    await assert.rejects(load("<style></style>"), /has no script/);
  });
});
