import type { IncomingMessage } from "node:http";
import type { AskedDeliveries } from "../../app/delivery/listDeliveries.ts";
import type { DeliveryStand } from "../../app/ports/deliveries.ts";
import { DELIVERY_STATES, type DeliveryState } from "../../domain/delivery.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { numberIn } from "./numberIn.ts";
import { bodyOf } from "./rawRequest.ts";
import { textIn } from "./textIn.ts";
import { isStorable, parseTime, timeIn } from "./timeIn.ts";

/** Deliveries of a page: where the query does not say it, and at most. */
export const DELIVERIES_LIMIT = { usual: 50, most: 200 } as const;

/**
 * What a list is asked for: `?state=&from=&to=&limit=&after=`; several states with commas between them.
 *
 * @throws EventSyncError `invalid-query`
 */
export function askedDeliveries(request: IncomingMessage): AskedDeliveries {
  const fromMs = timeIn(request, "from");
  return {
    states: statesIn(request),
    // Times are whole milliseconds.
    aboveMs: fromMs === undefined ? undefined : fromMs - 1,
    upToMs: timeIn(request, "to"),
    limit:
      numberIn(request, "limit", { least: 1, most: DELIVERIES_LIMIT.most }) ??
      DELIVERIES_LIMIT.usual,
    after: cursorIn(request),
  };
}

function statesIn(request: IncomingMessage): readonly DeliveryState[] {
  const names = textIn(request, "state")?.split(",");
  if (names === undefined) return DELIVERY_STATES;
  const states = DELIVERY_STATES.filter((state) => names.includes(state));
  if (states.length === new Set(names).size) return states;
  throw invalid("state", `must be of ${DELIVERY_STATES.join(", ")}`);
}

/** What `after` of the next call is to be; nobody else reads it. */
export function cursorOf({ createdAtMs, syncId, target }: DeliveryStand): string {
  return Buffer.from(JSON.stringify([createdAtMs, syncId, target])).toString("base64url");
}

const PART = /^[a-z0-9-]{1,100}$/i;

function cursorIn(request: IncomingMessage): DeliveryStand | undefined {
  const text = textIn(request, "after");
  if (text === undefined) return undefined;
  const [createdAtMs, syncId, target] = partsOf(text);
  if (
    isStorable(createdAtMs) &&
    typeof syncId === "string" &&
    PART.test(syncId) &&
    typeof target === "string" &&
    PART.test(target)
  ) {
    return { createdAtMs, syncId, target };
  }
  throw invalid("after", "must be the “next” of an answer");
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function invalid(name: string, must: string): EventSyncError {
  return new EventSyncError("invalid-query", `The query parameter “${name}” ${must}.`);
}

/** What may stand in the body of an operation. */
export interface Command {
  readonly target?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Deliveries per second. */
  readonly rate?: number;
  readonly reason?: string;
}

export const RATES = { usual: 10, most: 1000 } as const;

export const MOST_REASON_CHARACTERS = 200;

const FIELDS = {
  target: (value: unknown) => (typeof value === "string" ? { target: value } : undefined),
  from: (value: unknown) => timeAs("fromMs", value),
  to: (value: unknown) => timeAs("toMs", value),
  rate: (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= RATES.most
      ? { rate: value as number }
      : undefined,
  reason: (value: unknown) =>
    typeof value === "string" && value.length <= MOST_REASON_CHARACTERS
      ? { reason: value }
      : undefined,
} as const satisfies Readonly<Record<string, (value: unknown) => Command | undefined>>;

const EXPECTED = {
  target: "the name of a target",
  from: "a time such as 2026-01-01T00:00:00Z",
  to: "a time such as 2026-01-01T00:00:00Z",
  rate: `deliveries per second, a whole number from 1 to ${String(RATES.most)}`,
  reason: `a text of at most ${String(MOST_REASON_CHARACTERS)} characters`,
} as const;

type Field = keyof typeof FIELDS;

function timeAs(name: "fromMs" | "toMs", value: unknown): Command | undefined {
  const ms = typeof value === "string" ? parseTime(value) : undefined;
  return ms === undefined ? undefined : { [name]: ms };
}

const MAX_BODY_BYTES = 10_000;

/**
 * What the body of an operation says: a JSON object, or nothing.
 *
 * @param fields those that it may have
 * @throws EventSyncError `invalid-body`, `event-too-large`, `unreadable-body`
 */
export async function commandIn(
  request: IncomingMessage,
  fields: readonly Field[],
): Promise<Command> {
  const text = (await bodyOf(request, MAX_BODY_BYTES)).toString("utf8").trim();
  if (text === "") return {};
  let command: Command = {};
  for (const [name, value] of Object.entries(objectOf(text))) {
    const field = fields.find((one) => one === name);
    if (field === undefined) {
      const known = fields.length === 0 ? "no field" : fields.join(", ");
      throw new EventSyncError(
        "invalid-body",
        `The body has ${JSON.stringify(name)}; expected ${known}.`,
      );
    }
    const read = FIELDS[field](value);
    if (read === undefined) {
      throw new EventSyncError(
        "invalid-body",
        `“${field}” of the body must be ${EXPECTED[field]}.`,
      );
    }
    command = { ...command, ...read };
  }
  return command;
}

function objectOf(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new EventSyncError("invalid-body", "The body must be a JSON object, or empty.");
}
