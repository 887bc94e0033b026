import type { Expiry } from "../../domain/expiry.ts";

/** A marker that is in no sync, as far as it says whose window it is. */
export interface WaitingEvent {
  readonly key: string;
  readonly eventKey: string;
  readonly receivedAtMs: number;
}

/** How far the net under the windows of a service has come. */
export interface NetProgress {
  /** What was received up to then has been examined; undefined if nothing has. Epoch milliseconds. */
  readonly passedMs: number | undefined;
  /** What was received up to then has been examined once its deadline had passed, where there is one. */
  readonly closedMs: number | undefined;
  /** Keys of windows that could not be checked, or not in whole, and are tried again. */
  readonly again: readonly string[];
}

/** The windows of a service with a correlation, over all its keys: nobody lists them. */
export interface OpenWindows {
  /** Events that are in no sync, oldest first, in pages (1 read each, at least 1). */
  scan(
    service: string,
    query: { readonly aboveMs: number | undefined; readonly upToMs: number },
  ): AsyncIterable<readonly WaitingEvent[]>;
  /**
   * Removes the pending events that can never count again (1 read, 1 delete each; at most some 900 reads
   * for those that must stay).
   *
   * @param query.keptKeys windows of which nothing is removed
   * @param query.goOn asked before each further page
   * @returns how many
   */
  removeExpired(
    service: string,
    query: {
      readonly expiry: Expiry;
      readonly keptKeys: ReadonlySet<string>;
      readonly goOn: () => boolean;
    },
  ): Promise<number>;
  /** 1 read. */
  progress(service: string): Promise<NetProgress>;
  /** 1 write. */
  saveProgress(service: string, progress: NetProgress): Promise<void>;
}
