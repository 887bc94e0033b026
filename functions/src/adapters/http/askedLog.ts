import type { IncomingMessage } from "node:http";
import type { AskedLog } from "../../app/delivery/readLog.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { SYNC_REASONS } from "../../domain/sync.ts";
import { numberIn } from "./numberIn.ts";
import { textIn } from "./textIn.ts";
import { timeIn } from "./timeIn.ts";

/** Syncs of a page: where the query does not say it, and at most. */
export const LOG_LIMIT = { usual: 100, most: 500 } as const;

/** How long one may wait: less than the function runs. In seconds. */
export const MAX_WAIT_SECONDS = 45;

/**
 * What a request asks of a log: `?after=&limit=&wait=`, and of which syncs `&key=&reason=&from=&to=`. The
 * header `Last-Event-ID` comes before `after`.
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
    after: lastKnown(request) ?? numberIn(request, "after", OFFSETS) ?? 0,
    limit: numberIn(request, "limit", { least: 1, most: LOG_LIMIT.most }) ?? LOG_LIMIT.usual,
    waitMs: waitSeconds * 1000,
    key: textIn(request, "key"),
    reason: found,
    // Times are whole milliseconds.
    aboveMs: fromMs === undefined ? undefined : fromMs - 1,
    upToMs: timeIn(request, "to"),
  };
}

const OFFSETS = { least: 0, most: Number.MAX_SAFE_INTEGER } as const;

/** Who was cut off goes on where it was, whatever its URL says. */
function lastKnown({ headers }: IncomingMessage): number | undefined {
  const text = headers["last-event-id"];
  if (text === undefined || text === "") return undefined;
  const offset = typeof text === "string" && /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (offset <= OFFSETS.most) return offset;
  throw new EventSyncError("invalid-query", "The header Last-Event-ID must be an offset.");
}
