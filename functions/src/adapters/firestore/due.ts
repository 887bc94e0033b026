import type { DueQuery, TargetId } from "../../app/ports/deliveries.ts";
import type { Doc, Documents, Query } from "./documents.ts";

/** What comes up by itself at its `nextAttemptAt`. */
export interface Due<Stored> {
  due(target: TargetId, query: DueQuery): Promise<Stored[]>;
  dueAnywhere(query: DueQuery): Promise<Stored[]>;
}

/**
 * @param group the last name of the collections
 * @param collectionOf that of a service
 * @param read leaves out what cannot be read
 */
export function makeDue<Stored>(
  documents: Documents,
  group: string,
  collectionOf: (service: string) => string,
  read: (docs: readonly Doc[]) => Promise<Stored[]> | Stored[],
): Due<Stored> {
  /** What is of a newer form comes up each time, and must not hide what is behind it. */
  const find = async (
    of: Pick<Query, "from" | "equal">,
    { nowMs, aboveMs, limit }: DueQuery,
  ): Promise<Stored[]> => {
    let after: Doc | undefined;
    for (;;) {
      const docs = await documents.query({
        ...of,
        orderBy: "nextAttemptAt",
        direction: "asc",
        above: aboveMs === undefined ? undefined : new Date(aboveMs),
        upTo: new Date(nowMs),
        after,
        limit,
      });
      const found = await read(docs);
      after = docs.at(-1);
      if (found.length > 0 || docs.length < limit) return found;
    }
  };
  return {
    due: ({ service, target }, query) =>
      find({ from: { collection: collectionOf(service) }, equal: { target } }, query),
    dueAnywhere: (query) => find({ from: { group } }, query),
  };
}
