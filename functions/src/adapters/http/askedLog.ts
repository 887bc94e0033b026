import type { IncomingMessage } from "node:http";
import type { AskedLog } from "../../app/delivery/readLog.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { SYNC_REASONS } from "../../domain/sync.ts";
import { numberIn } from "./numberIn.ts";
import { textIn } from "./textIn.ts";

/** Where the query does not say it, and at most. */
const LIMIT = { usual: 100, most: 500 } as const;

/** How long one may wait: less than the function runs. In seconds. */
export const MAX_WAIT_SECONDS = 45;

/**
 * What a request asks of a log: `?after=&limit=&wait=`, and of which syncs `&key=&reason=&from=&to=`.
 *
 * @throws EventSyncError `invalid-query`
 */
export function askedLog(request: IncomingMessage): AskedLog {
  const reason = textIn(request, "reason");
  const found = SYNC_REASONS.find((one) => one === reason);
  if (reason !== undefined && found === undefined) {
    throw new EventSyncError(
      "invalid-query",
      `The query parameter “reason” must be one of ${SYNC_REASONS.join(", ")}.`,
    );
  }
  const waitSeconds = numberIn(request, "wait", { least: 0, most: MAX_WAIT_SECONDS }) ?? 0;
  const fromMs = timeIn(request, "from");
  return {
    after: numberIn(request, "after", { least: 0, most: Number.MAX_SAFE_INTEGER }) ?? 0,
    limit: numberIn(request, "limit", { least: 1, most: LIMIT.most }) ?? LIMIT.usual,
    waitMs: waitSeconds * 1000,
    key: textIn(request, "key"),
    reason: found,
    // Times are whole milliseconds.
    aboveMs: fromMs === undefined ? undefined : fromMs - 1,
    upToMs: timeIn(request, "to"),
  };
}

/** RFC 3339, with the zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** Epoch milliseconds. */
function timeIn(request: IncomingMessage, name: string): number | undefined {
  const text = textIn(request, name);
  if (text === undefined) return undefined;
  const ms = TIME.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new EventSyncError(
    "invalid-query",
    `The query parameter “${name}” must be a time such as 2026-01-01T00:00:00Z.`,
  );
}
