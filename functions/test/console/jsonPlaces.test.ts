import assert from "node:assert/strict";
import fc from "fast-check";

import { jsonPlaces, nearestPlace } from "../../console/jsonPlaces.ts";

const TEXT = `[
  {
    "serviceName": "a, \\"b\\": {",
    "endpoints": [{ "eventKey": "x" }, { "eventKey": "y" }],
    "trigger": { "observationPeriod": 60 }
  }
]`;

describe("the places in a JSON text", () => {
  const at = (path: string): [line: number, text: string] | undefined => {
    const place = nearestPlace(jsonPlaces(TEXT), path);
    return place && [place.line, TEXT.slice(place.start, place.end)];
  };

  it("are those of the values, by the paths that problems have", () => {
    assert.deepEqual(at("[0].endpoints[1].eventKey"), [3, '"y"']);
    assert.deepEqual(at("[0].trigger.observationPeriod"), [4, "60"]);
    assert.deepEqual(at("[0].serviceName"), [2, '"a, \\"b\\": {"']);
    assert.equal(at("")?.[1], TEXT);
  });

  it("are that of what is around where something is missing", () => {
    assert.deepEqual(at("[0].endpoints[0].filter"), [3, '{ "eventKey": "x" }']);
    assert.equal(at("[0].targets[3].name")?.[0], 1);
  });

  it("are found for every value of every JSON", () => {
    const json = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom<unknown>(1, -2.5e3, "a", 'q"[{', "", true, null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie("any"), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    })).any;
    const check = (value: unknown, path: string, text: string, places: Places): void => {
      const place = places.byPath.get(path);
      assert.ok(place, path);
      assert.deepEqual(JSON.parse(text.slice(place.start, place.end)), value);
      if (Array.isArray(value)) {
        value.forEach((one, index) => {
          check(one, `${path}[${String(index)}]`, text, places);
        });
      } else if (typeof value === "object" && value !== null) {
        for (const [name, one] of Object.entries(value)) {
          check(one, path === "" ? name : `${path}.${name}`, text, places);
        }
      }
    };
    type Places = ReturnType<typeof jsonPlaces>;
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        check(value, "", text, jsonPlaces(text));
      }),
    );
  });

  it("say where the text stops being JSON, exactly where it is none", () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const pieces = fc.constantFrom(
      "",
      ",",
      '"',
      "\\",
      "}",
      "]",
      "1",
      "01",
      ":",
      "\n",
      "null",
      "{",
      "-",
    );
    fc.assert(
      fc.property(fc.nat(TEXT.length), fc.nat(20), pieces, (at, gone, typed) => {
        const text = TEXT.slice(0, at) + typed + TEXT.slice(at + gone);
        assert.equal(jsonPlaces(text).brokenAt === undefined, isJson(text), text);
      }),
      { numRuns: 2000 },
    );
  });

  it("are lines for what is no JSON, too", () => {
    const lineOf = (text: string): number | undefined => jsonPlaces(text).brokenAt?.line;
    assert.equal(lineOf('{\n  "a": 1,\n  "b": }\n}'), 2);
    assert.equal(lineOf('{\n  "a": 1\n  "b": 2\n}'), 2);
    assert.equal(lineOf('{\n  "a": 1\n'), 1);
    assert.equal(lineOf(""), 0);
  });
});
