import type { IncomingMessage } from "node:http";
import type { AskedRates } from "../../app/tellRates.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { RATE_LIMITS } from "../../domain/rates.ts";
import { numberIn } from "./numberIn.ts";

/** Where the query does not say it: a minute, and ten of them. */
export const RATES_DEFAULT = { windowSeconds: 60, windows: 10 } as const;

/**
 * The windows that a request means: `?window=10&last=30`, in seconds.
 *
 * @param retentionSeconds how far back there are syncs to count
 * @throws EventSyncError `invalid-query`
 */
export function askedRates(request: IncomingMessage, retentionSeconds: number): AskedRates {
  const windowSeconds =
    numberIn(request, "window", { least: 1, most: RATE_LIMITS.windowSeconds }) ??
    RATES_DEFAULT.windowSeconds;
  const lastSeconds =
    numberIn(request, "last", { least: windowSeconds, most: retentionSeconds }) ??
    windowSeconds * RATES_DEFAULT.windows;
  if (lastSeconds > windowSeconds * RATE_LIMITS.windows) {
    const most = String(RATE_LIMITS.windows);
    throw new EventSyncError(
      "invalid-query",
      `These are more than ${most} windows: ask for longer ones, or for less time.`,
    );
  }
  return { windowSeconds, lastSeconds };
}
