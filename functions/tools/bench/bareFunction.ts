/** The ceiling of ingest: a function that commits the same two documents, and does nothing else. */
import { join } from "node:path";

import type { FunctionServer } from "../../testkit/functionServer.ts";
import { post } from "../../testkit/http.ts";
import { newContent } from "./server.ts";
import type { World } from "./world.ts";

const SOURCE = join(import.meta.dirname, "bare", "commit.js");

export interface BareFunction {
  readonly served: FunctionServer;
  /** Stores one event. */
  readonly store: () => Promise<void>;
}

export async function serveBare(world: World): Promise<BareFunction> {
  const served = await world.serve({ source: SOURCE, target: "bare" });
  return {
    served,
    async store() {
      const { status, text } = await post(served.url, newContent());
      if (status !== 202) throw new Error(`the bare function answers ${String(status)} ${text}`);
      JSON.parse(text); // as for ours
    },
  };
}
