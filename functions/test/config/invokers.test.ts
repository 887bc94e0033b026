import assert from "node:assert/strict";

import { parseInvokers } from "../../src/config/invokers.ts";

const parse = (declared: unknown): unknown =>
  parseInvokers(JSON.stringify(declared), "invokers.json");

describe("the declaration of who may call", () => {
  it("leaves private what it does not name, or names without anybody", () => {
    assert.deepEqual(parse({ event: ["my-source@"], reset: [] }), {
      event: ["my-source@"],
      trigger: ["private"],
      reset: ["private"],
      config: ["private"],
      console: ["private"],
      deliveries: ["private"],
      status: ["private"],
      syncs: ["private"],
      events: ["private"],
      receipts: ["private"],
      rates: ["private"],
      pull: ["private"],
    });
  });

  for (const member of [
    "my-source@",
    "my-source@my-project.iam.gserviceaccount.com",
    "my-source@my-project.example.com.iam.gserviceaccount.com",
    "123456789-compute@developer.gserviceaccount.com",
    "service-123456789@gcp-sa-pubsub.iam.gserviceaccount.com",
    "public",
  ]) {
    it(`takes ${member}`, () => {
      assert.deepEqual((parse({ event: [member] }) as { event: unknown }).event, [member]);
    });
  }

  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ["a function that is not called over HTTP", { sweep: ["a@"] }, /"sweep" is no HTTP function/],
    ["anything but a list", { event: "public" }, /event: expected a list, got "public"/],
    [
      "public beside others",
      { event: ["a@", "public"] },
      /expected it alone, got \["a@","public"\]/,
    ],
    ["a person", { event: ["me@example.com"] }, /event: expected the e-mail address of a service/],
    ["a member with its type", { event: ["serviceAccount:a@"] }, /got "serviceAccount:a@"/],
    ["private, which is what an empty list says", { event: ["private"] }, /got "private"/],
    ["a name alone", { event: ["my-source"] }, /got "my-source"/],
    ["what is no string", { event: [null] }, /got null/],
    ["a list", [], /expected an object .*, got \[\]/],
    ["null", null, /expected an object .*, got null/],
  ];
  for (const [name, declared, message] of cases) {
    it(`refuses ${name}`, () => {
      assert.throws(() => parse(declared), message);
    });
  }

  it("refuses what is no JSON, and names the file", () => {
    assert.throws(() => parseInvokers("{", "invokers.json"), /^Error: invokers\.json is not valid/);
  });
});
