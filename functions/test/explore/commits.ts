/** What the commits of a run tell, in the order in which they took effect. */
import type { Fields, Version, Write } from "../../src/adapters/firestore/documents.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { DEADLINE_GRACE_MS } from "../../src/domain/deadline.ts";
import type { Rule } from "../../src/domain/rule.ts";

/** What took effect, by whom, and when it was asked for. */
export interface Commit {
  readonly actor: string;
  readonly writes: readonly Write[];
  readonly version: Version;
  readonly madeAtMs: number;
  readonly atMs: number;
}

/** No event or reset became visible after a later one. */
export function isVisibleInOrder(commits: readonly Commit[]): boolean {
  const entries = commits.flatMap(({ writes }) =>
    writes.flatMap((write) => {
      if (write.kind === "delete") return [];
      const [, service, collection, id] = write.path.split("/");
      if (collection === "events" && write.kind === "create") {
        return [{ atMs: (write.fields["receivedAt"] as Date).getTime(), name: `0${id ?? ""}` }];
      }
      if (service === undefined || collection !== undefined) return [];
      const resets = write.fields["resets"] as readonly Date[] | undefined;
      if (resets === undefined) return []; // a claim is put on the list, or taken off
      return [{ atMs: resets.at(-1)?.getTime() ?? 0, name: "1" }];
    }),
  );
  return entries.every((entry, index) => {
    const next = entries[index + 1];
    return (
      next === undefined ||
      entry.atMs < next.atMs ||
      (entry.atMs === next.atMs && entry.name <= next.name)
    );
  });
}

/** No event that was received before a deadline became visible only when its window might be closed. */
export function isVisibleByDeadline(commits: readonly Commit[], { deadline }: Rule): boolean {
  const created = commits.flatMap(({ writes, atMs }) =>
    writes.flatMap((write) => (write.kind === "create" ? [{ ...write, atMs }] : [])),
  );
  const inCollection = (name: string): typeof created =>
    created.filter(({ path }) => path.split("/").at(-2) === name);
  const deadlines = inCollection("syncs")
    .filter(
      ({ fields }) => (fields["completion"] as { readonly reason: string }).reason === "deadline",
    )
    .map(({ fields }) => firstEventMs(fields) + (deadline?.seconds ?? NaN) * 1000);
  return inCollection("events").every(({ fields, atMs }) =>
    deadlines.every(
      (deadlineMs) =>
        (fields["receivedAt"] as Date).getTime() >= deadlineMs ||
        atMs < deadlineMs + DEADLINE_GRACE_MS,
    ),
  );
}

function firstEventMs(fields: Fields): number {
  const endpoints = fields["endpoints"] as readonly { readonly firstEventDate: Date | null }[];
  const times = endpoints.flatMap(({ firstEventDate }) => firstEventDate?.getTime() ?? []);
  return Math.min(...times);
}

/** Nobody takes a sync while somebody else, who wrote to it less than a lease ago, may be at it. */
export function judgeLeases(commits: readonly Commit[]): string[] {
  const heldUntilMs = new Map<string, number>();
  const violations: string[] = [];
  for (const { writes, madeAtMs, atMs, actor } of commits) {
    for (const write of writes) {
      const [, , collection, id, part] = write.path.split("/");
      if (write.kind === "delete" || collection !== "syncs" || part !== undefined) continue;
      const { fields } = write;
      const isTaken =
        write.kind === "update" &&
        (fields["attempt"] !== undefined || fields["turn"] !== undefined);
      if (isTaken && atMs < (heldUntilMs.get(id ?? "") ?? 0)) {
        violations.push(`${actor} took a sync over before the lease on it ran out`);
      }
      // Who notes how it ended, or hands it over, lets go of it.
      const isHeld = isTaken || fields["state"] === "claimed" || fields["state"] === "claiming";
      heldUntilMs.set(id ?? "", isHeld ? madeAtMs + LEASE_MS : 0);
    }
  }
  return violations;
}
