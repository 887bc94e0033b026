import { isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";

import {
  eventWrites,
  type StoringWrite,
} from "../../functions/src/adapters/firestore/eventDocument.ts";
import { explicitKey } from "../../functions/src/adapters/http/idempotency.ts";
import { canonicalName, collect } from "../../functions/src/adapters/http/pairs.ts";
import { keyProblem } from "../../functions/src/domain/correlation.ts";
import { isCredential } from "../../functions/src/domain/credentials.ts";
import { EventSyncError } from "../../functions/src/domain/errors.ts";
import type { Event, NamedValues } from "../../functions/src/domain/event.ts";
import { eventIdFrom, pendingOf } from "../../functions/src/domain/newEvent.ts";
import type { StoringRule } from "../../functions/src/domain/rule.ts";
import { endpointOf, ruleOf, type Service } from "./service.ts";

/** An event to be staged. */
export interface StagedEvent {
  /** Which endpoint of the service it is of. */
  readonly eventKey: string;
  /** As it is: JSON is up to the caller. Bytes that are UTF-8 are text. */
  readonly body: string | Uint8Array;
  /** The correlation key: required where the service has a correlation, refused where it has none. */
  readonly key?: string;
  /**
   * Names the event: the same one of the same endpoint is the same event, also if it comes over HTTP as
   * `Idempotency-Key`. Without it every call is an event of its own.
   */
  readonly idempotencyKey?: string;
  /** As a request would have them; stored as they are. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** What was staged. It is there when the transaction or the batch is committed. */
export interface Staged {
  readonly eventId: string;
  /** By the clock of this process. */
  readonly receivedAt: Date;
}

/**
 * The writes of an event, for one commit.
 *
 * @throws EventSyncError `unknown-endpoint`, `invalid-configuration`, `key-missing`, `invalid-key`,
 *   `event-too-large`
 * @throws TypeError for what is no event at all
 */
export function stagedWrites(
  service: Service,
  staged: StagedEvent,
  nowMs: number,
): { readonly eventId: string; readonly writes: readonly StoringWrite[] } {
  const rule = ruleOf(service);
  const { eventKey, idempotencyKey } = staged;
  const { keepHeaders } = endpointOf(service, eventKey);
  const name = explicitKey(() => idempotencyKey);
  const id = name === undefined ? randomBytes(12).toString("hex") : eventIdFrom(eventKey, name);
  const key = keyOf(rule, staged);
  const event: Event = {
    id,
    eventKey,
    receivedAtMs: nowMs,
    httpMethod: "POST",
    headers: headersOf(staged, keepHeaders ?? []),
    queryParams: [],
    content: contentOf(staged),
    ...(key !== undefined && { key }),
  };
  return { eventId: id, writes: eventWrites(rule, event, pendingOf(event)) };
}

function keyOf(
  { serviceName, correlation }: StoringRule,
  { key }: StagedEvent,
): string | undefined {
  if (correlation === undefined) {
    if (key === undefined) return undefined;
    const message = `The service “${serviceName}” has no correlation: an event of it has no key.`;
    throw new EventSyncError("invalid-key", message);
  }
  if (key === undefined) {
    const message = `The service “${serviceName}” has a correlation: an event of it needs a key.`;
    throw new EventSyncError("key-missing", message);
  }
  const problem = typeof key === "string" ? keyProblem(key) : "is no text";
  if (problem !== undefined) throw new EventSyncError("invalid-key", `The key ${problem}.`);
  return key;
}

/** Text where it is UTF-8, as `event` reads a body. What is no Unicode would be changed by Firestore. */
function contentOf({ body }: StagedEvent): string | Uint8Array {
  if (typeof body === "string") return body.toWellFormed();
  if (!((body as unknown) instanceof Uint8Array)) {
    throw new TypeError(`body: expected a string or a Uint8Array, got ${typeof body}`);
  }
  // A copy: it is sent with the commit, and is the caller's to change until then.
  const bytes = Buffer.from(body);
  return isUtf8(bytes) ? bytes.toString() : bytes;
}

/**
 * With the names that `event` gives them. A credential is not redacted, as there, but refused: whoever
 * stages an event knows what is in it.
 */
function headersOf({ headers = {} }: StagedEvent, keep: readonly string[]): NamedValues[] {
  const kept = new Set(keep.map((name) => name.toLowerCase()));
  const pairs = Object.entries(headers).flatMap(([name, values]) => {
    const lowerCase = name.toLowerCase();
    if (isCredential(name) && !kept.has(lowerCase)) {
      throw new TypeError(`headers: “${name}” holds a credential, by its name; see keepHeaders`);
    }
    const texts = typeof values === "string" ? [values] : values;
    return texts.map((text) => [canonicalName(lowerCase), text] as const);
  });
  return collect(pairs);
}
