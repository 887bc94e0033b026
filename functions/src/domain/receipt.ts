import { EventSyncError, type Failure } from "./errors.ts";

/** Says that a consumer has received a sync. */
export interface Receipt {
  /** Of the sync, as its message has it. */
  readonly eventID: string;
  /** The name of the consumer, as configured. */
  readonly subscription: string;
}

/** Most receipts of one request. */
export const MAX_RECEIPTS = 500;

/** MD5, in lower-case hex. */
const EVENT_ID = /^[0-9a-f]{32}$/;

/**
 * Reads receipts: an object with `eventID` and `subscription`, or a list of them. What else is in one is
 * ignored.
 *
 * @param expected the names of the consumers
 * @throws EventSyncError `invalid-receipt`, with all that is wrong
 */
export function readReceipts(
  text: string,
  expected: readonly string[],
): { readonly isList: boolean; readonly receipts: readonly Receipt[] } {
  const value = parse(text);
  const isList = Array.isArray(value);
  const items: readonly unknown[] = isList ? value : [value];
  if (items.length === 0 || items.length > MAX_RECEIPTS) {
    throw refusal(
      `The list has ${String(items.length)} receipts: expected 1 to ${String(MAX_RECEIPTS)}.`,
    );
  }
  const failures = items.flatMap((item, index) =>
    failuresOf(item, expected, isList ? `/${String(index)}` : ""),
  );
  if (failures.length > 0) throw refusal("Nothing of it was noted; see its failures.", failures);
  const receipts = (items as readonly Receipt[]).map(({ eventID, subscription }) => ({
    eventID,
    subscription,
  }));
  return { isList, receipts };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusal("The body is not JSON.");
  }
}

function failuresOf(item: unknown, expected: readonly string[], place: string): Failure[] {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    return [{ pointer: place, message: "expected an object with “eventID” and “subscription”" }];
  }
  const { eventID, subscription } = item as Readonly<Record<string, unknown>>;
  const isEventId = typeof eventID === "string" && EVENT_ID.test(eventID);
  const isExpected = typeof subscription === "string" && expected.includes(subscription);
  return [
    ...(isEventId
      ? []
      : [
          {
            pointer: `${place}/eventID`,
            message: "expected the “eventID” of a sync, 32 digits in lower-case hex",
          },
        ]),
    ...(isExpected
      ? []
      : [
          {
            pointer: `${place}/subscription`,
            message: `expected one of those configured: ${expected.join(", ")}`,
          },
        ]),
  ];
}

function refusal(message: string, failures: readonly Failure[] = []): EventSyncError {
  return new EventSyncError("invalid-receipt", message, { failures });
}
