/** What the commits of a run tell, in the order in which they took effect. */
import type { Fields, Write } from "../../src/adapters/firestore/documents.ts";
import { LEASE_MS } from "../../src/app/claimSyncs.ts";
import { DEADLINE_GRACE_MS } from "../../src/domain/deadline.ts";
import type { Rule } from "../../src/domain/rule.ts";

/** What took effect, by whom, and when it was asked for. */
export interface Commit {
  readonly actor: string;
  readonly writes: readonly Write[];
  readonly madeAtMs: number;
  readonly atMs: number;
}

/** By its time, and of the same time the resets last. */
type Entry = readonly [atMs: number, name: string];

/** Keeps what is judged of commits, and no more: runs that differ in nothing else are told as the same. */
export class Commits {
  /** No event or reset became visible after a later one. */
  isVisibleInOrder = true;
  /** Somebody took a sync while somebody else, who wrote to it less than a lease ago, might be at it. */
  readonly early: string[] = [];
  readonly #deadlineMs: number | undefined;
  readonly #heldUntilMs = new Map<string, number>();
  #last: Entry | undefined;
  #events: (readonly [receivedAtMs: number, atMs: number])[] = [];
  #deadlines: number[] = [];

  constructor({ deadline }: Rule) {
    this.#deadlineMs = deadline?.seconds === undefined ? undefined : deadline.seconds * 1000;
  }

  add(commit: Commit): void {
    for (const write of commit.writes) {
      if (write.kind === "delete") continue;
      const [, service, collection, id = "", part] = write.path.split("/");
      if (collection === undefined && service !== undefined) this.#addService(write.fields);
      else if (collection === "events" && write.kind === "create") {
        this.#addEvent(id, (write.fields["receivedAt"] as Date).getTime(), commit.atMs);
      } else if (collection === "syncs" && part === undefined) this.#addSync(id, write, commit);
    }
  }

  /** No event that was received before a deadline became visible only when its window might be closed. */
  get isVisibleByDeadline(): boolean {
    return this.#events.every(([receivedAtMs, atMs]) =>
      this.#deadlines.every(
        (deadlineMs) => receivedAtMs >= deadlineMs || atMs < deadlineMs + DEADLINE_GRACE_MS,
      ),
    );
  }

  /** All that it knows. */
  state(): unknown {
    const { isVisibleInOrder, early } = this;
    return [
      isVisibleInOrder && (this.#last ?? []),
      ...[early, this.#events, this.#deadlines],
      [...this.#heldUntilMs],
    ];
  }

  #addService({ resets }: Fields): void {
    if (resets === undefined) return; // a claim is put on the list, or taken off
    this.#addEntry([(resets as readonly Date[]).at(-1)?.getTime() ?? 0, "1"]);
  }

  #addEvent(id: string, receivedAtMs: number, atMs: number): void {
    this.#addEntry([receivedAtMs, `0${id}`]);
    if (this.#deadlineMs !== undefined) this.#events.push([receivedAtMs, atMs]);
  }

  #addEntry(entry: Entry): void {
    const [atMs, name] = entry;
    const [lastMs, lastName] = this.#last ?? [-Infinity, ""];
    if (lastMs > atMs || (lastMs === atMs && lastName > name)) this.isVisibleInOrder = false;
    this.#last = entry;
  }

  #addSync(
    id: string,
    { kind, fields }: Exclude<Write, { readonly kind: "delete" }>,
    { actor, madeAtMs, atMs }: Commit,
  ): void {
    if (kind === "create" && this.#deadlineMs !== undefined && isByDeadline(fields)) {
      this.#deadlines.push(firstEventMs(fields) + this.#deadlineMs);
    }
    const isTaken =
      kind === "update" && (fields["attempt"] !== undefined || fields["turn"] !== undefined);
    if (isTaken && atMs < (this.#heldUntilMs.get(id) ?? 0)) {
      this.early.push(`${actor} took a sync over before the lease on it ran out`);
    }
    // Who notes how it ended, or hands it over, lets go of it.
    const isHeld = isTaken || fields["state"] === "claimed" || fields["state"] === "claiming";
    this.#heldUntilMs.set(id, isHeld ? madeAtMs + LEASE_MS : 0);
  }
}

function isByDeadline(fields: Fields): boolean {
  return (fields["completion"] as { readonly reason: string }).reason === "deadline";
}

function firstEventMs(fields: Fields): number {
  const endpoints = fields["endpoints"] as readonly { readonly firstEventDate: Date | null }[];
  const times = endpoints.flatMap(({ firstEventDate }) => firstEventDate?.getTime() ?? []);
  return Math.min(...times);
}
