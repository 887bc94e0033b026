import { createHash } from "node:crypto";
import type { Event, NewPendingEvent } from "./event.ts";
import { messageSize } from "./syncMessage.ts";

/** What is the same for an event however it comes: over HTTP, or staged by whoever writes it. */

/**
 * The id of an event that its source names. 128 bits of SHA-256, in hex: well scattered, and valid as a
 * document id whatever the source sent.
 */
export function eventIdFrom(eventKey: string, idempotencyKey: string): string {
  return createHash("sha256")
    .update(JSON.stringify([eventKey, idempotencyKey]))
    .digest("hex")
    .slice(0, 32);
}

/** The marker of an event that counts; without a key it is of the one window of its service. */
export function pendingOf(event: Event): NewPendingEvent {
  const { id, key = "", eventKey, receivedAtMs } = event;
  return { id, key, eventKey, receivedAtMs, size: messageSize(event) };
}
