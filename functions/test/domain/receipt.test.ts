import assert from "node:assert/strict";

import { EventSyncError } from "../../src/domain/errors.ts";
import { MAX_RECEIPTS, readReceipts } from "../../src/domain/receipt.ts";

const ID = "0123456789abcdef0123456789abcdef";
const EXPECTED = ["billing", "shipping"];
const RECEIPT = { eventID: ID, subscription: "billing" };

const read = (body: unknown) => readReceipts(JSON.stringify(body), EXPECTED);

function refusalOf(text: string): EventSyncError {
  try {
    readReceipts(text, EXPECTED);
  } catch (error) {
    assert.ok(error instanceof EventSyncError);
    assert.equal(error.code, "invalid-receipt");
    return error;
  }
  assert.fail("it was accepted");
}

describe("a receipt", () => {
  it("is read alone, or in a list, without what else is in it", () => {
    const more = { ...RECEIPT, receiveTime: 1655196021 };
    assert.deepEqual(read(more), { isList: false, receipts: [RECEIPT] });
    assert.deepEqual(read([more, RECEIPT]), { isList: true, receipts: [RECEIPT, RECEIPT] });
    const most = Array.from({ length: MAX_RECEIPTS }, () => RECEIPT);
    assert.equal(read(most).receipts.length, MAX_RECEIPTS);
  });

  for (const [text, message] of [
    ["", "The body is not JSON."],
    ["{", "The body is not JSON."],
    ["[]", "The list has 0 receipts: expected 1 to 500."],
    [
      JSON.stringify(Array.from({ length: MAX_RECEIPTS + 1 }, () => RECEIPT)),
      "The list has 501 receipts: expected 1 to 500.",
    ],
  ] as const) {
    it(`is refused: ${text.slice(0, 10)}… ${message}`, () => {
      assert.equal(refusalOf(text).message, message);
    });
  }

  const object = "expected an object with “eventID” and “subscription”";
  const eventId = "expected the “eventID” of a sync, 32 digits in lower-case hex";
  const subscription = "expected one of those configured: billing, shipping";
  const cases: readonly (readonly [string, unknown, readonly (readonly [string, string])[]])[] = [
    ["null", null, [["", object]]],
    ["a text", "x", [["", object]]],
    ["a list in a list", [[RECEIPT]], [["/0", object]]],
    [
      "nothing of it",
      {},
      [
        ["/eventID", eventId],
        ["/subscription", subscription],
      ],
    ],
    ["an id in upper case", { ...RECEIPT, eventID: ID.toUpperCase() }, [["/eventID", eventId]]],
    ["a longer id", { ...RECEIPT, eventID: `${ID}0` }, [["/eventID", eventId]]],
    [
      "a consumer that is not configured, among others",
      [RECEIPT, { ...RECEIPT, subscription: "Billing" }],
      [["/1/subscription", subscription]],
    ],
  ];
  for (const [what, body, failures] of cases) {
    it(`is refused with the place of what is wrong: ${what}`, () => {
      assert.deepEqual(
        refusalOf(JSON.stringify(body)).failures.map(({ pointer, message }) => [pointer, message]),
        failures,
      );
    });
  }
});
