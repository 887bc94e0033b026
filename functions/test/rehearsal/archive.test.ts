import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import type { Archive } from "../../tools/rehearsal/archive.ts";
import { rehearsed, WORLD_MS } from "../support/rehearsal/world.ts";

describe("the archive that functions are built from", () => {
  let archive: Archive;
  before(async function () {
    this.timeout(WORLD_MS);
    archive = (await rehearsed()).first.archive!;
  });

  it("holds what is built from every source, and no source", () => {
    const built = globSync("src/**/*.ts", { cwd: FUNCTIONS_DIR })
      .map((path) => path.replace(/^src\//, "lib/").replace(/\.ts$/, ".js"))
      .concat("lib/console.html")
      .sort();
    const inArchive = Object.keys(archive.files).filter((path) => path.startsWith("lib/"));
    assert.deepEqual(inArchive.sort(), built);
  });

  it("holds package.json and its lock file as they are", () => {
    for (const name of ["package.json", "package-lock.json"]) {
      const own = readFileSync(join(FUNCTIONS_DIR, name));
      assert.ok(own.equals(archive.files[name] ?? Buffer.alloc(0)), name);
    }
  });

  it("holds no dotenv file, of this or another project, no tests and no tools", () => {
    const others = Object.keys(archive.files)
      .filter((path) => !path.startsWith("lib/"))
      .filter(
        (path) => !/^(?:package(?:-lock)?\.json|invokers(?:\.[a-z0-9-]+)?\.json)$/.test(path),
      );
    assert.deepEqual(others, []);
  });

  it("is small", () => {
    assert.ok(archive.bytes < 600_000, `${String(archive.bytes)} bytes`);
  });
});
