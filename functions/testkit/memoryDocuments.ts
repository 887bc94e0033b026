/**
 * The documents of Firestore, in memory: the same conformance suite passes on both. Each request goes
 * through a hook, which may hold it up, lose its answer, or never come back.
 */
import {
  REMOVED,
  type Doc,
  type Documents,
  type Fields,
  type Ordered,
  type Query,
  type Stand,
  type Version,
  type Write,
} from "../src/adapters/firestore/documents.ts";

/** One request, for a hook to name it; besides those of documents, what else a scenario wants to schedule. */
export interface Request {
  readonly kind: "get" | "query" | "count" | "commit" | "publish" | "pause";
  readonly writes?: readonly Write[];
  /** Of a query: the name of the collections that it asks. */
  readonly of?: string;
}

/** Runs a request, when and as often as it likes; what it returns is the answer. */
export type Hook = <T>(request: Request, run: () => T) => Promise<T>;

const atOnce: Hook = (_, run) => Promise.resolve().then(run);

/** gRPC status codes, as the client reports them. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;

/** Shared by the instances that see one database; each has its own view with its own hook. */
export class MemoryDatabase {
  readonly #collections = new Map<string, Map<string, Doc>>();
  #commits = 0;

  /** Another database with the same documents, from which this one sees nothing. */
  clone(): MemoryDatabase {
    const other = new MemoryDatabase();
    for (const [path, docs] of this.#collections) other.#collections.set(path, new Map(docs));
    other.#commits = this.#commits;
    return other;
  }

  /** What is not as it was, by path: the fields, and nothing where a document is gone. */
  changes(before: MemoryDatabase): [path: string, fields: Fields | undefined][] {
    const changes: [string, Fields | undefined][] = [];
    for (const [parent, docs] of this.#collections) {
      const were = before.#collections.get(parent);
      for (const [path, doc] of docs) {
        if (were?.get(path) !== doc) changes.push([path, doc.fields]);
      }
      for (const path of were?.keys() ?? []) {
        if (!docs.has(path)) changes.push([path, undefined]);
      }
    }
    return changes.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What one instance asks through. */
  documents(hook: Hook = atOnce): Documents {
    return {
      get: (paths) => hook({ kind: "get" }, () => paths.map((path) => this.find(path))),
      find: (paths) =>
        hook({ kind: "query" }, () => paths.flatMap((path) => this.find(path) ?? [])),
      query: (query) => hook({ kind: "query", of: collectionOf(query) }, () => this.#query(query)),
      count: (query) => hook({ kind: "count" }, () => this.#query(query).length),
      commit: (writes) => hook({ kind: "commit", writes }, () => this.#commit(writes)),
    };
  }

  /** Looks at a document, beside all requests. */
  find(path: string): Doc | undefined {
    return this.#collections.get(parentOf(path))?.get(path);
  }

  /** Looks at a collection, or at all with that last name, by path. */
  list(collection: string): Doc[] {
    return this.#in({ group: collection }).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #in(from: Query["from"]): Doc[] {
    if ("collection" in from) {
      const docs = this.#collections.get(from.collection);
      return docs === undefined ? [] : [...docs.values()];
    }
    const all: Doc[] = [];
    const suffix = `/${from.group}`;
    for (const [path, docs] of this.#collections) {
      if (path !== from.group && !path.endsWith(suffix)) continue;
      for (const doc of docs.values()) all.push(doc);
    }
    return all;
  }

  #query(query: Query): Doc[] {
    const { from, orderBy, thenBy = [], direction, limit, select } = query;
    const sign = direction === "asc" ? 1 : -1;
    const found = this.#in(from)
      .filter(matcherOf(query))
      .sort((a, b) => sign * compare(query, a, b));
    const page = limit === undefined ? found : found.slice(0, limit);
    if (select === undefined) return page;
    const names = [orderBy, ...thenBy, ...select];
    return page.map(({ path, id, version, fields: all }) => {
      const fields: Record<string, unknown> = {};
      for (const name of names) if (all[name] !== undefined) fields[name] = all[name];
      return { path, id, version, fields };
    });
  }

  #commit(writes: readonly Write[]): Version {
    if (writes.length === 0) throw new Error("an empty batch was committed");
    for (const write of writes) this.#demand(write);
    const version = String(++this.#commits);
    for (const write of writes) this.#apply(write, version);
    return version;
  }

  #demand(write: Write): void {
    const there = this.find(write.path);
    switch (write.kind) {
      case "create":
        if (there !== undefined) throw refusal(ALREADY_EXISTS, write);
        return;
      case "set":
        return;
      case "update":
      case "delete":
        if (there === undefined && (write.kind === "update" || write.version !== undefined)) {
          throw refusal(NOT_FOUND, write);
        }
        if (write.version !== undefined && write.version !== there?.version) {
          throw refusal(FAILED_PRECONDITION, write);
        }
    }
  }

  #apply(write: Write, version: Version): void {
    const { path } = write;
    const parent = parentOf(path);
    if (write.kind === "delete") {
      this.#collections.get(parent)?.delete(path);
      return;
    }
    const before = write.kind === "update" ? this.find(path)?.fields : {};
    const fields: Fields = Object.freeze(
      write.kind === "update" ? updated(before ?? {}, write.fields) : { ...write.fields },
    );
    const docs = this.#collections.get(parent) ?? new Map<string, Doc>();
    this.#collections.set(parent, docs);
    docs.set(path, { path, id: path.slice(parent.length + 1), fields, version });
  }
}

/** What a query finds. Schedules are explored on this: it stops at the first thing that does not match. */
function matcherOf(query: Query) {
  const { equal = {}, orderBy, thenBy = [], direction, above, upTo, after } = query;
  const filters = Object.entries(equal);
  const sign = direction === "asc" ? 1 : -1;
  return (doc: Doc): boolean => {
    for (const [name, wanted] of filters) {
      const value = valueOf(doc.fields, name);
      if (Array.isArray(wanted) ? !wanted.includes(value) : value !== wanted) return false;
    }
    const at = doc.fields[orderBy];
    if (!isOrdered(at) || thenBy.some((name) => doc.fields[name] === undefined)) return false;
    if (above !== undefined && !(rankOf(above) === rankOf(at) && compareValues(at, above) > 0)) {
      return false;
    }
    if (upTo !== undefined && !(rankOf(upTo) === rankOf(at) && compareValues(at, upTo) <= 0)) {
      return false;
    }
    return after === undefined || sign * compare(query, doc, after) > 0;
  };
}

function collectionOf({ from }: Query): string {
  return "group" in from ? from.group : from.collection.slice(from.collection.lastIndexOf("/") + 1);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** `a.b` is a field of the map `a`. */
function valueOf(fields: Fields, name: string): unknown {
  if (!name.includes(".")) return fields[name];
  return name
    .split(".")
    .reduce<unknown>((value, part) => (value as Fields | undefined)?.[part], fields);
}

/**
 * `a.b` is a field of the map `a`. Nothing is deleted from what is made: an object from which something was
 * is slow ever after, and so is each copy.
 */
function updated(before: Fields, changes: Fields): Fields {
  const after: Record<string, unknown> = {};
  for (const name of Object.keys(before)) {
    if (changes[name] !== REMOVED) after[name] = before[name];
  }
  for (const name of Object.keys(changes)) {
    const value = changes[name];
    const dot = name.indexOf(".");
    if (dot !== -1) {
      const outer = name.slice(0, dot);
      const inner = (after[outer] ?? {}) as Fields;
      after[outer] = updated(inner, { [name.slice(dot + 1)]: value });
    } else if (value !== REMOVED) {
      after[name] = value;
    }
  }
  return after;
}

function compare({ orderBy, thenBy = [] }: Query, a: Doc, b: Doc | Stand): number {
  const valueA = a.fields[orderBy] as Ordered;
  const valueB = "at" in b ? b.at : (b.fields[orderBy] as Ordered);
  let order = compareValues(valueA, valueB);
  for (const name of "at" in b ? [] : thenBy) {
    order ||= compareValues(a.fields[name] as Ordered, (b as Doc).fields[name] as Ordered);
  }
  return order || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

function isOrdered(value: unknown): value is Ordered {
  return typeof value === "number" || typeof value === "string" || value instanceof Date;
}

function rankOf(value: Ordered): number {
  return typeof value === "number" ? 0 : typeof value === "string" ? 2 : 1;
}

/** As Firestore orders values of different kinds, and of one. */
function compareValues(a: Ordered, b: Ordered): number {
  if (typeof a === "string" && typeof b === "string") {
    if (a === b) return 0;
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return rankOf(a) - rankOf(b) || Number(a) - Number(b);
}

function refusal(code: number, { kind, path }: Write): Error {
  return Object.assign(new Error(`${String(code)}: cannot ${kind} ${path}`), { code });
}
