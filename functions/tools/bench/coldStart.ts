/** From the start of a process to its first answer, beside functions that do nothing or only commit. */
import { join } from "node:path";

import { post } from "../../testkit/http.ts";
import type { SectionReport } from "./report.ts";
import { newContent } from "./server.ts";
import type { Settings } from "./settings.ts";
import { median, pairedRatio } from "./stats.ts";
import type { World } from "./world.ts";

const BARE = join(import.meta.dirname, "bare");

interface Start {
  readonly listeningMs: number;
  readonly answeredMs: number;
  readonly memory: number;
}

export async function measureColdStart(
  world: World,
  { effort, lib }: Settings,
  progress: (text: string) => void,
): Promise<SectionReport> {
  const contenders = [
    { name: "event", source: lib, target: "event", path: "/ingest/many" },
    { name: "bare onRequest", source: join(BARE, "answer.js"), target: "bare", path: "/" },
    {
      name: "bare onRequest, one commit",
      source: join(BARE, "commit.js"),
      target: "bare",
      path: "/",
    },
  ];
  const starts = contenders.map((): Start[] => []);
  // The first start of each reads its files from the disk and does not count.
  for (let run = 0; run <= effort.coldStarts; run++) {
    progress(`cold start: run ${String(run)} of ${String(effort.coldStarts)}`);
    for (const [index, { source, target, path }] of contenders.entries()) {
      const served = await world.serve({ source, target });
      const listeningMs = performance.now() - served.startedAt;
      const { status } = await post(`${served.url}${path}`, newContent());
      const answeredMs = performance.now() - served.startedAt;
      if (status !== 202) throw new Error(`${target} answers ${String(status)}`);
      const memory = served.memory()?.now ?? NaN;
      await served.stop();
      if (run > 0) starts[index]?.push({ listeningMs, answeredMs, memory });
    }
  }
  const answered = starts.map((list) => list.map(({ answeredMs }) => answeredMs));
  const [ours = [], bare = [], committing = []] = answered;
  const overBare = pairedRatio(ours, bare);
  const overCommitting = pairedRatio(ours, committing);
  const figures = starts.map((list, index) => ({
    name: contenders[index]?.name ?? "",
    listeningMs: median(list.map(({ listeningMs }) => listeningMs)),
    answeredMs: median(list.map(({ answeredMs }) => answeredMs)),
    memoryMB: median(list.map(({ memory }) => memory)) / 1e6,
  }));
  const ratios = ["", overBare, overCommitting];
  return {
    tables: [
      {
        title: "Cold start: milliseconds from process start; medians",
        columns: ["", "listening", "first answer", "event takes ×", "RSS then, MB"],
        rows: figures.map(({ name, listeningMs, answeredMs, memoryMB }, index) => [
          name,
          listeningMs,
          answeredMs,
          ratios[index] ?? "",
          memoryMB,
        ]),
      },
    ],
    bars: [
      {
        name: "cold start of event over the bare function",
        measured: overBare,
        limit: 1.35,
        must: "at most",
      },
    ],
    data: { starts: figures, overBare, overCommitting },
  };
}
