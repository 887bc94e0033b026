import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { CloudEvent, CloudFunction } from "firebase-functions";
import type { Log } from "../../app/ports.ts";
import type { EventSyncError } from "../../domain/errors.ts";
import { isFinal } from "../../domain/errors.ts";

/**
 * The platform repeats for a day whatever is not answered with success. What cannot be read will not be
 * read the next time either, so it is reported and acknowledged; if it was about an event, the sweep
 * checks its window.
 *
 * Two layers beneath our handler refuse what they cannot read: the framework that runs a function
 * (a body that is not the JSON, charset or compression that it says it is) and firebase-functions
 * (data that is not a document).
 */

let subscribed = false;

/**
 * Makes the framework hand over every body as bytes. Must run before the server is made: when the module
 * of the function is loaded.
 */
export function takeBodiesAsBytes(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe("http.server.request.start", (message) => {
    const { headers } = (message as { readonly request: IncomingMessage }).request;
    headers["content-type"] = "application/octet-stream";
    delete headers["content-encoding"];
  });
}

/** The trace context of a delivery: an extension of CloudEvents that firebase-functions hands on. */
export function traceparentOf(event: object): unknown {
  return (event as { readonly traceparent?: unknown }).traceparent;
}

/** The same function, except that it acknowledges what firebase-functions cannot read. */
export function acknowledgeUnreadable<E extends CloudEvent<unknown>>(
  trigger: CloudFunction<E>,
  log: Log,
): CloudFunction<E> {
  const acknowledging = (raw: CloudEvent<unknown>): unknown => {
    let running: unknown;
    try {
      // What firebase-functions reads it reads at once; what fails later is our own, and is repeated.
      running = trigger(withJson(raw));
    } catch (error) {
      log.error("delivery.unreadable", { deliveryId: raw.id, error: String(error) });
    }
    return running;
  };
  return Object.assign(acknowledging, trigger);
}

/**
 * Runs what a delivery asks for. What can never succeed is reported and acknowledged; whatever else fails
 * is thrown, so that the platform repeats it.
 */
export async function acknowledgeFinal(
  deliveryId: string,
  log: Log,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFinal(error)) throw error;
    const { code, message } = error as EventSyncError;
    log.error("delivery.refused", { deliveryId, code, error: message });
  }
}

/** Deliveries are protobuf, or JSON; no protobuf message of a document begins with a brace. */
function withJson(raw: CloudEvent<unknown>): CloudEvent<unknown> {
  const { data } = raw;
  if (!Buffer.isBuffer(data) || data[0] !== "{".charCodeAt(0)) return raw;
  const json = {
    data: JSON.parse(data.toString()) as unknown,
    datacontenttype: "application/json",
  };
  return { ...raw, ...json };
}
