import { createHash } from "node:crypto";
import type { Member, Sync } from "../../domain/sync.ts";
import { Candidates } from "../../domain/syncMessage.ts";
import type { Documents } from "./documents.ts";
import { paths } from "./paths.ts";
import { partMembers } from "./syncDocument.ts";

/** Parts that are read at a time: some 10,000 members, of which nothing is kept. */
const PAGE = 20;

/**
 * The members of a stored sync, as many as there may be: its document lists the first, its parts the
 * others, the oldest of each endpoint first.
 */
export class StoredMembers {
  readonly #documents: Documents;
  readonly #sync: Sync;
  readonly #parts: readonly string[];
  #first: Promise<MemberPage> | undefined;

  /** @param sync as its document tells it */
  constructor(
    documents: Documents,
    stored: { readonly sync: Sync; readonly token: string; readonly parts: number },
  ) {
    const { sync, token, parts } = stored;
    const path = `${paths.syncs(sync.serviceName)}/${sync.id}`;
    this.#documents = documents;
    this.#sync = sync;
    this.#parts = Array.from({ length: parts }, (_, index) => paths.part(path, token, index + 1));
  }

  /** In pages; parts that are gone have expired with their events. @throws MalformedDocumentError */
  async *pages(): AsyncGenerator<MemberPage, undefined> {
    yield { paths: [], members: this.#sync.endpoints.map(({ members }) => members) };
    for (let start = 0; start < this.#parts.length; start += PAGE) {
      // The first ones are asked for again, and few: of most syncs they are all.
      if (start === 0) yield await (this.#first ??= this.#read(0));
      else yield await this.#read(start);
    }
    return undefined;
  }

  /**
   * The sync with those of its members that its message can hold: 1 read for each part that this takes.
   *
   * @throws MalformedDocumentError
   */
  async sendable(): Promise<Sync> {
    const candidates = this.#sync.endpoints.map((endpoint) => new Candidates(endpoint));
    for await (const { members } of this.pages()) {
      candidates.forEach((candidate, index) => {
        candidate.add(members[index] ?? []);
      });
      if (candidates.every(({ isFull }) => isFull)) break;
    }
    return { ...this.#sync, endpoints: candidates.map(({ endpoint }) => endpoint) };
  }

  /**
   * As `eventIdOf`: 1 read for each part and endpoint that has members in parts.
   *
   * @throws MalformedDocumentError
   */
  async eventID(): Promise<string> {
    const hash = createHash("md5");
    for (const [index, { numberOfEvents }] of this.#sync.endpoints.entries()) {
      let seen = 0;
      for await (const { members } of this.pages()) {
        for (const { id } of members[index] ?? []) hash.update(id);
        seen += members[index]?.length ?? 0;
        if (seen >= numberOfEvents) break;
      }
    }
    return hash.digest("hex");
  }

  async #read(start: number): Promise<MemberPage> {
    const page = this.#parts.slice(start, start + PAGE);
    const parts = (await this.#documents.get(page)).filter((part) => part !== undefined);
    const chunks = parts.map(partMembers);
    return {
      paths: page,
      members: this.#sync.endpoints.map((_, index) =>
        chunks.flatMap((chunk) => chunk[index] ?? []),
      ),
    };
  }
}

interface MemberPage {
  /** Of the parts that list them. */
  readonly paths: readonly string[];
  /** By endpoint. */
  readonly members: readonly (readonly Member[])[];
}
