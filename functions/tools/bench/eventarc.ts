/**
 * Delivers Firestore triggers as Eventarc does when nothing goes wrong: concurrently, as binary-mode
 * CloudEvents, again if the function fails. The Firestore emulator would deliver them one at a time.
 *
 * Who stores an event offers it here; nothing listens to Firestore, which would slow the emulator down.
 */
import { setTimeout as delay } from "node:timers/promises";

import { toCloudEvent } from "../../test/support/hostile/cloudEvent.ts";
import type { Created } from "../../test/support/hostile/eventarc.ts";
import { post } from "./http.ts";

/** How many requests an instance takes at once: the functions' `concurrency`. */
const CONCURRENCY = 80;
const RETRY_MS = 100;
const MAX_ATTEMPTS = 50;

export class Eventarc {
  readonly #url: string;
  readonly #project: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(url: string, project: string) {
    this.#url = url;
    this.#project = project;
  }

  /** Resolves when the function has accepted it. */
  async deliver(created: Created): Promise<void> {
    if (this.#running >= CONCURRENCY) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      for (let attempt = 1; ; attempt++) {
        const { status, body } = await this.#post(created);
        if (status < 300) return;
        if (attempt === MAX_ATTEMPTS)
          throw new Error(`checkWindow answers ${String(status)} ${body}`);
        process.stderr.write(`checkWindow answers ${String(status)}; the trigger is sent again\n`);
        await delay(RETRY_MS);
      }
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #post(created: Created): ReturnType<typeof post> {
    const { headers, body } = toCloudEvent(this.#project, created);
    return post(this.#url, String(body), headers);
  }
}
