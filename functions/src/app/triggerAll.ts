import pMap from "p-map";
import { windowStart, type Rule } from "../domain/rule.ts";
import { windowFacts, windowOf } from "../domain/window.ts";
import type { OpenWindows } from "./ports.ts";
import { CLOCK_SKEW_MS } from "./probeWindow.ts";
import { triggerOpen } from "./triggerSync.ts";

type Deps = Parameters<typeof triggerOpen>[0] & { readonly openWindows: OpenWindows };

/** What a manual trigger over all keys came to. */
export interface ManualSyncs {
  /** Windows that were open. */
  readonly triggered: number;
  /** Those of them whose message Pub/Sub did not take yet; the sweep goes on trying. */
  readonly unpublished: number;
  /** Windows that could not be triggered; each is in the log. */
  readonly failed: number;
  /** Some are left: the same call again goes on with them. */
  readonly more: boolean;
}

/** What one call does at most, well within the time of its function. */
const LIMITS = { windows: 1000, seconds: 45, concurrency: 8 } as const;

/**
 * The manual trigger over all keys of a service: each window with an event that is in no sync becomes one,
 * the one that has waited longest first. What has become one is not found again, so the same call goes on
 * where the one before ended, and nobody needs to remember where that was.
 *
 * @throws what the first of them threw, if none could be triggered
 */
export async function triggerAll(
  deps: Deps,
  rule: Rule,
  limits: { readonly windows: number } = LIMITS,
): Promise<ManualSyncs> {
  const { openWindows, services, clock, log } = deps;
  const { serviceName: service } = rule;
  const nowMs = clock();
  const untilMs = nowMs + LIMITS.seconds * 1000;
  const resetAtMs = (await services.read(windowOf(rule))).resetsMs.at(-1);
  const facts = { triggered: 0, unpublished: 0, failed: 0 };
  // Those that are under way count, too; those where nothing was open do not.
  let begun = 0;
  let firstError: unknown;

  /** @returns whether it was tried */
  const close = async (key: string): Promise<boolean> => {
    if (clock() >= untilMs || begun >= limits.windows) return false;
    begun++;
    const window = { service, key };
    try {
      const made = await triggerOpen(deps, rule, window);
      if (made === undefined) {
        begun--;
        return true;
      }
      facts.triggered++;
      if (!made.published) facts.unpublished++;
    } catch (error) {
      firstError ??= error;
      facts.failed++;
      log.error("trigger.windowFailed", { ...windowFacts(window), error: String(error) });
    }
    return true;
  };

  let more = false;
  const range = {
    aboveMs: windowStart(rule, nowMs, resetAtMs),
    upToMs: nowMs + CLOCK_SKEW_MS,
  };
  // A window may have events on several pages. By the second it is closed, as a rule: what it has had
  // then is in a sync, and what is found once more costs a look.
  for await (const page of openWindows.scan(service, range)) {
    const keys = [...new Set(page.map(({ key }) => key))];
    const tried = await pMap(keys, close, { concurrency: LIMITS.concurrency });
    more = tried.includes(false);
    if (more) break;
  }
  if (facts.triggered === 0 && facts.failed > 0) throw firstError;
  return { ...facts, more: more || facts.failed > 0 };
}
