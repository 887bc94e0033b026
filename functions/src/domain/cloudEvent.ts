import { EventSyncError, type Failure } from "./errors.ts";
import { elementsOf, membersOf } from "./jsonText.ts";

/**
 * CloudEvents 1.0 as they are received over HTTP: binary (attributes in `ce-` headers), structured and
 * batched (the JSON format). Whatever the mode, the same event reads the same: its attributes, and its
 * data as content.
 */
export interface CloudEvent {
  /** `specversion`, `id`, `source`, `type` and all others, as text. */
  readonly attributes: CloudEventAttributes;
  /** The data: JSON as it was written, else text or bytes; empty where there is none. */
  readonly content: string | Uint8Array;
}

export type CloudEventAttributes = Readonly<Record<string, string>>;

export type CloudEventMode = "binary" | "structured" | "batch";

/** Most events of a batch. */
export const MAX_BATCH_EVENTS = 100;

/** Most attributes of an event; Node.js takes no more than some hundred headers of a useful length. */
const MAX_ATTRIBUTES = 100;

const REQUIRED = ["specversion", "id", "source", "type"] as const;
/** Attributes that mean nothing when empty. */
const NOT_EMPTY: ReadonlySet<string> = new Set([
  ...REQUIRED,
  "datacontenttype",
  "dataschema",
  "subject",
  "time",
]);

/**
 * In which mode a request is a CloudEvent, if it is one: by its content type, or because it has one of the
 * headers that every CloudEvent has.
 *
 * @param header looks up a header by its lower-case name
 * @throws EventSyncError `unsupported-format` for a format of CloudEvents that is not JSON
 */
export function cloudEventMode(
  header: (name: string) => string | undefined,
): CloudEventMode | undefined {
  const [type = ""] = (header("content-type") ?? "").toLowerCase().split(";", 1);
  const mediaType = type.trim();
  if (mediaType === "application/cloudevents+json") return "structured";
  if (mediaType === "application/cloudevents-batch+json") return "batch";
  if (/^application\/cloudevents(-batch)?(\+|$)/.test(mediaType)) {
    throw new EventSyncError(
      "unsupported-format",
      `Of CloudEvents the JSON format is read, not ${JSON.stringify(mediaType)}.`,
    );
  }
  return REQUIRED.some((name) => header(`ce-${name}`) !== undefined) ? "binary" : undefined;
}

/**
 * Reads the attributes of a binary CloudEvent. A `ce-` header whose rest is no attribute's name is none.
 *
 * @param headers lower-case names and values
 * @param contentType which is the attribute `datacontenttype`
 * @throws EventSyncError `malformed-cloud-event` that names every header that is wrong
 */
export function readBinary(
  headers: Iterable<readonly [name: string, value: string]>,
  contentType: string | undefined,
): CloudEventAttributes {
  const attributes = new Map<string, unknown>();
  for (const [header, value] of headers) {
    const name = header.startsWith("ce-") ? header.slice("ce-".length) : "";
    if (ATTRIBUTE_NAME.test(name)) attributes.set(name, decode(value));
  }
  if (contentType !== undefined && contentType !== "") {
    attributes.set("datacontenttype", contentType);
  }
  const failures: Failure[] = [];
  const read = readAttributes(attributes, (name, message) => {
    failures.push({ header: name === "datacontenttype" ? "content-type" : `ce-${name}`, message });
  });
  refuse(failures);
  return read;
}

/** Header values are percent-encoded UTF-8 (HTTP binding, section 3.1.3.2); what is none is as it is. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Reads a structured CloudEvent.
 *
 * @throws EventSyncError `malformed-cloud-event` that names every place that is wrong
 */
export function readStructured(text: string): CloudEvent {
  const failures: Failure[] = [];
  const event = readObject(parse(text), text, "", failures);
  refuse(failures);
  return event;
}

/**
 * Reads a batch, all of it or nothing.
 *
 * @throws EventSyncError `malformed-cloud-event` that names every place that is wrong; `event-too-large`
 */
export function readBatch(text: string): CloudEvent[] {
  const values = parse(text);
  if (!Array.isArray(values)) {
    throw malformed([{ pointer: "", message: "expected a list of CloudEvents" }]);
  }
  if (values.length > MAX_BATCH_EVENTS) {
    throw new EventSyncError(
      "event-too-large",
      `The batch has ${String(values.length)} events, over the limit of ${String(MAX_BATCH_EVENTS)}.`,
    );
  }
  const failures: Failure[] = [];
  const events = elementsOf(text).map((element, index) =>
    readObject(values[index], element, `/${String(index)}`, failures),
  );
  refuse(failures);
  return events;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed([{ pointer: "", message: "expected JSON" }]);
  }
}

function readObject(value: unknown, text: string, place: string, failures: Failure[]): CloudEvent {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    failures.push({ pointer: place, message: "expected a CloudEvent, which is an object" });
    return { attributes: {}, content: "" };
  }
  const fail = (name: string, message: string): void => {
    failures.push({ pointer: `${place}/${escapePointer(name)}`, message });
  };
  const { data, data_base64: base64, ...rest } = value as Readonly<Record<string, unknown>>;
  // Where a member is null, it counts as absent (JSON format, section 2.2).
  const given = Object.entries(rest).filter(([, attribute]) => attribute !== null);
  const attributes = readAttributes(new Map(given), fail);
  if (base64 !== undefined && base64 !== null) {
    if (data !== undefined) fail("data_base64", "expected either data or data_base64, got both");
    return { attributes, content: readBytes(base64, fail) };
  }
  if (data === undefined) return { attributes, content: "" };
  // Text of another type than JSON is the data itself; everything else is JSON, as it is written.
  if (typeof data === "string" && !isJsonType(attributes["datacontenttype"])) {
    if (!data.isWellFormed()) fail("data", "expected well-formed Unicode");
    return { attributes, content: data };
  }
  return { attributes, content: membersOf(text).get("data") ?? "" };
}

/** JSON is what data is of where nothing else is said (JSON format, section 3.1). */
function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  const [type = ""] = contentType.toLowerCase().split(";", 1);
  return /^[^/]+\/([^/]+\+)?json$/.test(type.trim());
}

type Fail = (name: string, message: string) => void;

function readBytes(base64: unknown, fail: Fail): Uint8Array {
  if (typeof base64 === "string" && BASE64.test(base64) && base64.length % 4 === 0) {
    return Buffer.from(base64, "base64");
  }
  fail("data_base64", "expected base64");
  return new Uint8Array();
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
/** RFC 3339, section 5.6; that hours and days are in their range `Date.parse` says. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function readAttributes(given: ReadonlyMap<string, unknown>, fail: Fail): CloudEventAttributes {
  const attributes: [string, string][] = [];
  if (given.size > MAX_ATTRIBUTES) {
    fail("", `expected at most ${String(MAX_ATTRIBUTES)} attributes, got ${String(given.size)}`);
    return {};
  }
  for (const name of REQUIRED) if (!given.has(name)) fail(name, "is missing");
  for (const [name, value] of given) {
    const message = ATTRIBUTE_NAME.test(name)
      ? problemOf(name, value)
      : "expected a name of lower-case letters and digits only";
    if (message !== undefined) fail(name, message);
    else attributes.push([name, String(value)]);
  }
  return Object.fromEntries(attributes);
}

/** What is wrong with the value of an attribute, if anything is. */
function problemOf(name: string, value: unknown): string | undefined {
  const isText = typeof value === "string";
  if (NOT_EMPTY.has(name) && (!isText || value === "")) return "expected text that is not empty";
  if (!isText) {
    const isSimple = typeof value === "boolean" || Number.isSafeInteger(value);
    return isSimple ? undefined : "expected text, a whole number, true or false";
  }
  if (name === "specversion" && value !== "1.0") return "expected “1.0”";
  if (!value.isWellFormed() || /\p{Cc}/u.test(value)) {
    return "expected well-formed text without control characters";
  }
  const isTime = TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value));
  return name === "time" && !isTime ? "expected a time as RFC 3339 writes it" : undefined;
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function refuse(failures: readonly Failure[]): void {
  if (failures.length > 0) throw malformed(failures);
}

function malformed(failures: readonly Failure[]): EventSyncError {
  const [first] = failures;
  const place = first?.header ?? (first?.pointer === "" ? "the body" : first?.pointer) ?? "";
  const more = failures.length > 1 ? `, and ${String(failures.length - 1)} more` : "";
  return new EventSyncError(
    "malformed-cloud-event",
    `The CloudEvent is not valid: ${place}: ${first?.message ?? ""}${more}.`,
    { failures },
  );
}
