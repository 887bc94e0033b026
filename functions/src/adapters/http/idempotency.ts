import type { CloudEventAttributes } from "../../domain/cloudEvent.ts";

/** Looks up a header by its lower-case name; repeats are joined. */
export type HeaderLookup = (name: string) => string | undefined;

/**
 * What makes a redelivery of this request recognisable, or undefined if the source says nothing:
 *
 * - `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header);
 * - the `messageId` of a Pub/Sub push, wrapped or, with metadata, unwrapped. It is unique within its
 *   topic only, so the subscription is part of it: two topics may push to one endpoint.
 *
 * Of a CloudEvent `cloudEventKey` says it.
 *
 * @param text the body, if it is text
 */
export function idempotencyKeyOf(
  header: HeaderLookup,
  text: string | undefined,
): string | undefined {
  const explicit = explicitKey(header);
  if (explicit !== undefined) return explicit;

  const unwrapped = header("x-goog-pubsub-message-id");
  if (isName(unwrapped)) {
    return pubSub(header("x-goog-pubsub-subscription-name") ?? "", unwrapped);
  }

  const type = header("content-type")?.toLowerCase() ?? "";
  if (text === undefined || !type.includes("json")) return undefined;
  // Parsing every body would cost time; few hold this.
  if (!text.includes('"messageId"') || !text.includes('"subscription"')) return undefined;
  const push = parseObject(text);
  const message = push?.["message"];
  const subscription = push?.["subscription"];
  if (typeof subscription !== "string" || !isObject(message)) return undefined;
  const messageId = message["messageId"];
  return isName(messageId) ? pubSub(subscription, messageId) : undefined;
}

/** The `Idempotency-Key` that a request has, if it has one. */
export function explicitKey(header: HeaderLookup): string | undefined {
  const key = header("idempotency-key")?.trim();
  return key === undefined || key === "" ? undefined : `key:${key}`;
}

/**
 * `source` and `id` are unique per event (CloudEvents 1.0, section 3.1.1), in whatever mode it comes: this
 * is what Eventarc sends.
 */
export function cloudEventKey({ source, id }: CloudEventAttributes): string {
  return `ce:${JSON.stringify([source, id])}`;
}

const pubSub = (subscription: string, messageId: string): string =>
  `pubsub:${JSON.stringify([subscription, messageId])}`;

/** What is empty names nothing: events of a source that sends that are all different. */
function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // not JSON whatever it says; an event all the same
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
