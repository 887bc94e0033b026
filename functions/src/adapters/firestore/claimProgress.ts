import type { Range } from "../../domain/claim.ts";
import type { Condition } from "../../domain/condition.ts";
import type { PendingEvent, Place } from "../../domain/event.ts";
import type { Sync } from "../../domain/sync.ts";
import type { WindowId } from "../../domain/window.ts";
import { isConflict } from "./conflicts.ts";
import type { Doc, Documents, Version, Write } from "./documents.ts";
import { paths } from "./paths.ts";

/** How far a claim of several commits has come. */
export interface Progress {
  readonly window: WindowId;
  readonly range: Range;
  readonly cursor: Place;
  readonly condition: Condition;
  readonly turn: number;
  readonly token: string;
  readonly parts: number;
  /** The targets that it has deliveries for. */
  readonly targets?: readonly string[];
  readonly version: Version;
  /** What follows behind the cursor, by age, where it has been read. */
  readonly rest?: readonly PendingEvent[];
}

export const pathOf = ({ serviceName, id }: Sync): string => `${paths.syncs(serviceName)}/${id}`;
export const headOf = ({ endpoints }: Sync) => endpoints.map(({ members }) => members);

export type NextResult =
  | { readonly outcome: "applied"; readonly version: Version }
  /** Nobody has taken it over; another document is not as it was. */
  | { readonly outcome: "changed" }
  | { readonly outcome: "lost" };

/**
 * Commits what follows on a state of the sync, and looks whose it is where that was refused (then 1 read).
 *
 * @param before the version of the sync that the commit names; undefined if it makes it
 * @param isOurs whether a sync of another version shows that this commit was applied
 */
export async function commitNext(
  documents: Documents,
  path: string,
  before: Version | undefined,
  writes: readonly Write[],
  isOurs: (doc: Doc) => boolean,
): Promise<NextResult> {
  try {
    return { outcome: "applied", version: await documents.commit(writes) };
  } catch (error) {
    if (!isConflict(error)) throw error;
    const [doc] = await documents.get([path]);
    if (doc?.version === before) return { outcome: "changed" };
    return doc !== undefined && isOurs(doc)
      ? { outcome: "applied", version: doc.version }
      : { outcome: "lost" };
  }
}

/** Whether the sync is as whoever has this turn leaves it, before anybody takes it over. */
export function isAt(
  { fields }: Doc,
  { turn, token, parts, state }: Pick<Progress, "turn" | "token" | "parts"> & { state: string },
): boolean {
  return (
    fields["token"] === token &&
    fields["turn"] === turn &&
    fields["attempt"] === 1 &&
    fields["parts"] === parts &&
    fields["state"] === state
  );
}
