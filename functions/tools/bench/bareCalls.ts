/** The ceiling of deliveries: a loop of the same requests in a process of its own. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { CONTAINER_HEAP } from "../../testkit/functionServer.ts";
import type { ReceivedCall } from "../../testkit/receiver.ts";

const SOURCE = join(import.meta.dirname, "bare", "call.js");

/** What a bare loop does: nothing but calls, or each followed by the write that marks it. */
export interface Loop {
  readonly inFlight: number;
  readonly count: number;
  readonly marks: boolean;
}

export class BareCalls {
  readonly #process: ChildProcess;

  constructor(projectId: string) {
    const env = { ...process.env, NODE_OPTIONS: CONTAINER_HEAP, GCLOUD_PROJECT: projectId };
    this.#process = fork(SOURCE, { env });
  }

  /** @returns how many a second */
  async run(url: string, { headers, body }: ReceivedCall, loop: Loop): Promise<number> {
    const answered = once(this.#process, "message");
    this.#process.send({ sent: { url, headers, body: body.toString() }, ...loop });
    const [perSecond] = (await answered) as [number];
    return perSecond;
  }

  stop(): void {
    this.#process.disconnect();
    this.#process.kill();
  }
}
