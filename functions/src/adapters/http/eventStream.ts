import type { LogPage } from "../../app/delivery/readLog.ts";

/** What who reads a stream waits before asking again, once it has ended. */
const RETRY_MS = 1000;

/**
 * Pages of a log as server-sent events: each sync is one, and its offset is the id by which a reader goes on.
 * What holds nothing new keeps the connection alive, and moves the id past what was left out.
 *
 * @param first the page that was read already
 * @param after the offset that the reader knows
 */
export async function* eventStream(
  first: LogPage,
  pages: AsyncIterable<LogPage>,
  after: number,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${String(RETRY_MS)}\n\n`;
  let known = after;
  const told = function* ({ syncs, next }: LogPage): Generator<string, void, undefined> {
    for (const sync of syncs) {
      yield `id: ${String(sync.offset)}\ndata: ${JSON.stringify(sync)}\n\n`;
      known = sync.offset;
    }
    if (next !== known) yield `id: ${String(next)}\n\n`;
    else if (syncs.length === 0) yield ":\n\n";
    known = next;
  };
  yield* told(first);
  for await (const page of pages) yield* told(page);
  yield `retry: ${String(RETRY_MS)}\n\n`;
}

/** Whether a request asks for a stream. */
export function asksForStream(accept: string | undefined): boolean {
  return (accept ?? "").split(",").some((range) => /^\s*text\/event-stream\s*(;|$)/i.test(range));
}
