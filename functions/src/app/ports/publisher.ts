import type { Attributes } from "../../domain/publication.ts";
import type { Topic } from "../../domain/rule.ts";
import type { SyncMessage } from "../../domain/syncMessage.ts";

export interface Publisher {
  /**
   * Publishes sync messages, in as few requests as they fit, and waits for the acknowledgements. Those
   * with an ordering key go out in their order; one that fails takes with it those of the same key after
   * it, and no others.
   *
   * @returns for each message the id that Pub/Sub gave it; rejected if Pub/Sub refused it or did not
   *   answer in time
   */
  publish(
    publication: Topic & {
      readonly messages: readonly SyncMessage[];
      /** What goes with each of them besides its own attributes. */
      readonly attributes?: Attributes;
    },
  ): Promise<PromiseSettledResult<string>[]>;
}
