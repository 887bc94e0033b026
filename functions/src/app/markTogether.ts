import { Coalescer } from "./coalescer.ts";
import type { Clock, Outbox, Published } from "./ports.ts";

/** Marks of one commit. Each is a few fields, so that these are far below 10 MiB. */
const COMMIT_MARKS = 450;

/** How long marking may take before those who wait for it are told that it failed. */
const MARK_MS = 30_000;

/**
 * An outbox that marks together what different windows have published while it marked others: where many
 * windows have a few events each, that is most of them. What is published is out by then, so nothing that
 * anybody waits for becomes slower.
 */
export function markTogether(outbox: Outbox, clock: Clock): Outbox {
  const marks = new Coalescer<undefined, readonly Published[], undefined>(async (_, batches) => {
    const published = Array.from(batches).flat();
    for (let start = 0; start < published.length; start += COMMIT_MARKS) {
      await outbox.markPublished(published.slice(start, start + COMMIT_MARKS), clock());
    }
    return undefined;
  }, MARK_MS);
  return {
    ...outbox,
    async markPublished(published) {
      await marks.run("marks", undefined, published);
    },
  };
}
