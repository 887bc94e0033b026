import type { RegisteredClaim } from "../../domain/claim.ts";
import type { WindowId } from "../../domain/window.ts";

/** What a replay of a window has to know besides its events. */
export interface WindowState {
  /** The resets that a replay can still meet, oldest first. Epoch milliseconds. */
  readonly resetsMs: readonly number[];
  /** Claims of the window that are under way: what stands in or before them is not to be looked at. */
  readonly claims: readonly RegisteredClaim[];
  /** Keys of all windows of the service with such claims. */
  readonly claimedKeys: readonly string[];
  /** The store's own mark of this state, for conditional writes. */
  readonly version: unknown;
}

export interface ServiceState {
  /**
   * 1 read, 2 where there is a key: resets of all keys are among those of each. What windows of a service
   * have in common is read once for those that are asked for at the same moment, after all of them were.
   *
   * @throws EventSyncError `newer-document`, as `reset`
   */
  read(window: WindowId): Promise<WindowState>;
  /**
   * Everything received up to that time stops counting, in that window, or in all windows where it has no key
   * (1 read, 1 write). Forgets resets before `keepFromMs`, except the last one.
   */
  reset(
    window: WindowId,
    times: { readonly atMs: number; readonly keepFromMs: number },
  ): Promise<void>;
}
