/**
 * Makes the page of the console, one file with all that it needs:
 *
 *   node tools/buildConsole.ts [directory]
 *
 * @param directory where it is put; lib/ if left out
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

import { FUNCTIONS_DIR } from "./paths.ts";

const SOURCES = join(FUNCTIONS_DIR, "console");
/** Those that know `light-dark()` and dialogs: the browsers of 2024. */
const BROWSERS = ["chrome123", "edge123", "firefox120", "safari17.5"];

const [directory = join(FUNCTIONS_DIR, "lib")] = process.argv.slice(2);

async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, file)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: BROWSERS,
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    logLevel: "warning",
  });
  return (outputFiles[0]?.text ?? "").trimEnd();
}

const [style, script] = await Promise.all([bundled("page.css"), bundled("app.tsx")]);
// What looks like the end of an element would be one; esbuild escapes it in scripts.
if (/<\/style/i.test(style) || /<\/script/i.test(script)) {
  throw new Error("The page's style or script holds the end of its own element.");
}
const page = readFileSync(join(SOURCES, "page.html"), "utf8")
  .replace("<style></style>", () => `<style>${style}</style>`)
  .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`);
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, "console.html"), page);
