import { createHash } from "node:crypto";
import type { MessageFormat, Topic } from "./rule.ts";
import type { SyncMessage } from "./syncMessage.ts";
import { carriedTraceparent } from "./traceContext.ts";

/** What goes with a sync message: Pub/Sub takes 1,024 bytes in a value. */
export type Attributes = Readonly<Record<string, string>>;

/** The type of the CloudEvents that we publish. */
export const CLOUD_EVENT_TYPE = "eventsync.sync.v1";

/** Most bytes of an attribute's value and of an ordering key. */
export const MAX_ATTRIBUTE_BYTES = 1024;

/** Of a service, as the source of CloudEvents: a URI. */
export function sourceOf(serviceName: string): string {
  return `urn:eventsync:service:${encodeURIComponent(serviceName)}`;
}

/**
 * The attributes of a message. As a CloudEvent it has besides what makes it one, in binary mode: `ce-` and
 * the attribute's name, and the data's type (CloudEvents 1.0, Google Cloud Pub/Sub protocol binding).
 */
export function attributesOf(message: SyncMessage, format: MessageFormat = "message"): Attributes {
  const { serviceName, eventID, triggerType, completion, key } = message;
  const { reason } = completion;
  const own = {
    ...{ serviceName, eventID, triggerType, reason, ...(key !== undefined && { key }) },
    ...traceAttributes(message),
  };
  switch (format) {
    case "message":
      return own;
    case "cloudevents":
      return { ...own, ...cloudEventOf(message) };
  }
}

/**
 * The trace context, where an event came with one: by its own name, which is what a push without wrapping
 * makes a header of, and by the name under which Google's Pub/Sub clients look for it.
 */
function traceAttributes(message: SyncMessage): Attributes {
  const traceparent = carriedTraceparent(message);
  return traceparent === undefined ? {} : { traceparent, googclient_traceparent: traceparent };
}

/** What makes a message a CloudEvent in binary mode: the type of its data, and `ce-` and an attribute's name. */
export function cloudEventOf({ serviceName, eventID, date, key }: SyncMessage): Attributes {
  return {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": eventID,
    "ce-source": sourceOf(serviceName),
    "ce-type": CLOUD_EVENT_TYPE,
    "ce-time": date,
    ...(key !== undefined && { "ce-subject": key }),
  };
}

/** What messages are ordered by, if they are: two keys are told apart however long they are. */
export function orderingKeyOf(key: string, by: Topic["orderingKey"]): string | undefined {
  if (by !== "key" || key === "") return undefined;
  if (Buffer.byteLength(key) <= MAX_ATTRIBUTE_BYTES) return key;
  return createHash("sha256").update(key).digest("hex");
}
