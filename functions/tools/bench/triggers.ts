/**
 * Delivers triggers to a served function through the stand-in for Eventarc that the hostile tests use,
 * without its faults: each once, at once and concurrently, and again if the function fails.
 */
import { toCloudEvent } from "../../testkit/hostile/cloudEvent.ts";
import { Eventarc, type Created } from "../../testkit/hostile/eventarc.ts";
import { Random } from "../../testkit/hostile/random.ts";
import { post } from "../../testkit/http.ts";

/** How many requests an instance takes at once: the functions' `concurrency`. */
const CONCURRENCY = 80;
const MAX_ATTEMPTS = 50;

interface Waiting {
  readonly accepted: () => void;
  readonly givenUp: (reason: unknown) => void;
  attempts: number;
}

export class Triggers {
  readonly #eventarc: Eventarc;
  readonly #waiting = new Map<string, Waiting>();

  /**
   * @param url of the function
   * @param project whose documents they are
   */
  constructor(url: string, project: string) {
    this.#eventarc = new Eventarc({
      concurrency: CONCURRENCY,
      random: new Random(1), // for the pauses before a delivery is repeated
      deliver: async (created) => {
        const waiting = this.#waiting.get(created.eventId);
        try {
          await postCreation(url, project, created);
        } catch (error) {
          process.stderr.write(`${String(error)}; the trigger is sent again\n`);
          if (waiting && ++waiting.attempts === MAX_ATTEMPTS) waiting.givenUp(error);
          throw error;
        }
        waiting?.accepted();
      },
    });
  }

  /** Resolves when the function has accepted it. */
  async deliver(created: Created): Promise<void> {
    try {
      await new Promise<void>((accepted, givenUp) => {
        this.#waiting.set(created.eventId, { accepted, givenUp, attempts: 0 });
        this.#eventarc.offer(created);
      });
    } finally {
      this.#waiting.delete(created.eventId);
    }
  }
}

async function postCreation(url: string, project: string, created: Created): Promise<void> {
  const { headers, body } = toCloudEvent(project, created);
  const answer = await post(url, String(body), headers);
  if (answer.status >= 300) {
    throw new Error(`checkWindow answers ${String(answer.status)} ${answer.text}`);
  }
}
