/** Fills a window quickly: the same documents as storing events one by one, in a few large commits. */
import type { Documents, Write } from "../../src/adapters/firestore/documents.ts";
import { makeEventLog } from "../../src/adapters/firestore/eventLog.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Rule } from "../../src/domain/rule.ts";
import { jsonSize, toMessageEvent } from "../../src/domain/syncMessage.ts";
import { silentLog } from "./instance.ts";

/** Events of one commit. */
const COMMIT = 400;

/** Stores so many events, in turn of each endpoint, one millisecond apart; returns their ids. */
export async function preload(
  documents: Documents,
  rule: Rule,
  count: number,
  firstMs: number,
): Promise<string[]> {
  let writes: Write[] = [];
  const collecting: Documents = {
    ...documents,
    commit: (more) => {
      writes.push(...more);
      return Promise.resolve("");
    },
  };
  const log = makeEventLog(collecting, silentLog);
  const ids: string[] = [];
  for (let start = 0; start < count; start += COMMIT) {
    for (let index = start; index < Math.min(count, start + COMMIT); index++) {
      const { eventKey } = rule.endpoints[index % rule.endpoints.length] ?? { eventKey: "" };
      const event = eventOf(`e${String(index).padStart(7, "0")}`, eventKey, firstMs + index);
      const { id, receivedAtMs } = event;
      const size = jsonSize(toMessageEvent(event));
      await log.append(rule, event, { id, key: "", eventKey, receivedAtMs, size });
      ids.push(id);
    }
    await documents.commit(writes);
    writes = [];
  }
  return ids;
}

function eventOf(id: string, eventKey: string, receivedAtMs: number): Event {
  return {
    id,
    eventKey,
    receivedAtMs,
    httpMethod: "POST",
    headers: [],
    queryParams: [],
    content: id,
  };
}
