import type { IncomingMessage } from "node:http";
import type { ServiceConfig } from "../../config/schema.ts";
import { keyProblem } from "../../domain/correlation.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { windowOf, type WindowId } from "../../domain/window.ts";
import { readQuery } from "./query.ts";
import { urlOf } from "./rawRequest.ts";

/**
 * The window that a request for a trigger or a reset means: that of `?key=`; without one the empty key,
 * which stands for all windows of the service.
 *
 * @throws EventSyncError `invalid-key`, `event-too-large`
 */
export function askedWindow(request: IncomingMessage, service: ServiceConfig): WindowId {
  const asked = readQuery(urlOf(request), []).find(({ name }) => name === "key");
  if (asked === undefined) return windowOf(service);
  const { serviceName, correlation } = service;
  if (correlation === undefined) {
    const name = JSON.stringify(serviceName);
    throw new EventSyncError(
      "invalid-key",
      `The service ${name} has no correlation, and so no keys.`,
    );
  }
  const [key = "", ...others] = new Set(asked.values);
  const problem = others.length > 0 ? "has different values" : keyProblem(key);
  if (problem !== undefined) {
    throw new EventSyncError("invalid-key", `The query parameter “key” ${problem}.`);
  }
  return { service: serviceName, key };
}
