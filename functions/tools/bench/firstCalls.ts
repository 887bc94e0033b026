/** How soon a server is called: from the commit that makes a sync to the first byte that it gets. */
import { waitFor } from "../../testkit/waitFor.ts";
import { Backlog } from "./backlog.ts";
import type { Measuring } from "./deliveries.ts";
import type { SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import { summarize } from "./stats.ts";

export async function measureFirstCalls({
  world,
  receiver,
  rules,
  effort,
  progress,
}: Measuring): Promise<SectionReport> {
  progress("deliveries: first calls");
  const backlog = new Backlog(world, "first", [rules.any, rules.lane]);
  const { server, stop } = await backlog.deploy();
  const samples = new Map<string, number[]>();
  for (const [title, service] of [
    ["in any order", "any"],
    ["in a lane", "lane"],
  ] as const) {
    const ms: number[] = [];
    // The first one is slower: code that never ran before.
    for (let sync = 0; sync <= effort.syncs; sync++) {
      const before = receiver.calls.length;
      const { delivered } = await server.send(service, "only", newContent(), String(sync));
      const call = await waitFor("the call", () => receiver.calls[before]);
      await delivered;
      const { docs } = await backlog.db
        .collection(`services/${service}/deliveries`)
        .where("eventID", "==", call.headers["idempotency-key"])
        .get();
      const claimedMs = docs[0]?.createTime.toMillis() ?? NaN;
      if (sync > 0) ms.push(call.atMs - claimedMs);
    }
    samples.set(title, ms);
  }
  await stop();
  await backlog.close();
  return {
    tables: [
      {
        title: "From the commit that claims a sync to its first byte at the server, milliseconds",
        columns: ["", "p50", "p95", "syncs"],
        rows: Array.from(samples, ([title, ms]) => {
          const { p50, p95 } = summarize(ms);
          return [title, p50, p95, ms.length];
        }),
        notes: ["In a lane: it is taken and read in between."],
      },
    ],
    bars: [],
    data: { firstCallMs: Object.fromEntries(samples) },
  };
}
