import assert from "node:assert/strict";
import { createRequire } from "node:module";

import fc from "fast-check";

import { formatDotenv } from "../../tools/dotenv.ts";

interface Parsed {
  readonly envs: Record<string, string>;
  readonly errors: readonly string[];
}

// The parser that will read it, which is not the one of Node or of the package dotenv.
const { parse } = createRequire(import.meta.url)("firebase-tools/lib/functions/env.js") as {
  parse: (text: string) => Parsed;
};

function readBack(variables: Record<string, string>): Record<string, string> {
  const { envs, errors } = parse(formatDotenv(variables));
  assert.deepEqual(errors, []);
  return envs;
}

describe("dotenv files", () => {
  it("give firebase-tools the values that were put in", () => {
    const variables = {
      JSON: JSON.stringify({ quoted: 'a "b"', newline: "c\nd", backslash: "\\n\\", hash: " # e" }),
      PRETTY: JSON.stringify({ a: [1, "'", '"', "\\", "\r\n\t\v"] }, null, 2),
      EMPTY: "",
      SPACES: "  a  ",
      QUOTED: '"a"',
      SINGLE: "'a'",
      HASH: "a # b",
      BACKSLASH: "a\\nb\\",
      LINES: 'a\u2028""\u2028b',
      PARAGRAPHS: "a\u2029''\u2029b",
      BIG: JSON.stringify({ text: "x\n".repeat(100_000) }),
    };
    assert.deepEqual(readBack(variables), variables);
  });

  it("give any value back, or refuse it", () => {
    const value = fc.string({
      unit: fc.constantFrom(...Array.from("ab ={}[]#'\"\\\n\r\t\v\u2028\u2029é")),
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (values) => {
        const variables = Object.fromEntries(
          values.map((text, index) => [`V${String(index)}`, text]),
        );
        let text: string;
        try {
          text = formatDotenv(variables);
        } catch {
          assert.ok(values.some((each) => each.endsWith("\\")));
          return;
        }
        assert.deepEqual(parse(text), { envs: variables, errors: [] });
      }),
      { numRuns: 3000 },
    );
  });

  it("cannot hold a value that needs quotes and ends with a backslash", () => {
    assert.throws(() => formatDotenv({ A: "#\\" }), /A cannot be written/);
  });
});
