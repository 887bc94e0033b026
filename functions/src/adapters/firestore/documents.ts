/**
 * The few things that we ask of Firestore, and no more: reads of documents by path, queries over one
 * index range, counts, and atomic conditional commits. No listeners, and no transactions: a step that
 * waits for another's lock is one of the things that this design leaves out.
 *
 * Everything above this is the same code on Firestore and on the memory that tests explore schedules
 * with, where each of these calls is one request.
 */
export interface Documents {
  /** In the order of the paths; undefined where there is none (1 read each, also for those). */
  get(paths: readonly string[]): Promise<(Doc | undefined)[]>;
  /**
   * Those documents of a collection that are there, of at most 30 (1 read for each that is, at least 1): where
   * most are not, this costs less than to get them.
   */
  find(paths: readonly string[]): Promise<Doc[]>;
  /** 1 read for each document, at least 1. */
  query(query: Query): Promise<Doc[]>;
  /** How many documents the query has (1 read per 1000, at least 1). */
  count(query: Query): Promise<number>;
  /**
   * All of the writes or none.
   *
   * @returns the version of each document that it wrote
   * @throws an error with a gRPC `code` for which `isConflict` is true if a document was not as a write
   *   expects it; then nothing has been written. It may also be our own doing: the client repeats a
   *   commit whose answer was lost, and the repeat finds what the first has done
   */
  commit(writes: readonly Write[]): Promise<Version>;
}

/** Values as in JSON, and also times (`Date`) and bytes (`Buffer`). */
export type Fields = Readonly<Record<string, unknown>>;

/** The state of a document, to be compared: it changes with each write. */
export type Version = string;

export interface Doc {
  /** `services/x/pending/y`. */
  readonly path: string;
  /** The last segment of its path. */
  readonly id: string;
  readonly fields: Fields;
  readonly version: Version;
}

/** In a field of an update: the field is removed. */
export const REMOVED = Symbol("removed");

/** One write of a commit. */
export type Write =
  /** Fails if it exists. */
  | { readonly kind: "create"; readonly path: string; readonly fields: Fields }
  /** Whatever is there. */
  | { readonly kind: "set"; readonly path: string; readonly fields: Fields }
  /** Changes the named fields (`a.b` is a field of the map `a`); fails if it does not exist, or is not of the version. */
  | {
      readonly kind: "update";
      readonly path: string;
      readonly fields: Fields;
      readonly version?: Version | undefined;
    }
  /** Without a version it does not fail where there is nothing. */
  | { readonly kind: "delete"; readonly path: string; readonly version?: Version | undefined };

/** A range of one index: equal values of some fields, ordered by others, then by path. */
export interface Query {
  /** The path of a collection, or the name of all collections with that name. */
  readonly from: { readonly collection: string } | { readonly group: string };
  /** A field has the value, or one of the values (at most 30). */
  readonly equal?: Readonly<Record<string, Scalar | readonly Scalar[]>>;
  readonly orderBy: string;
  /** What orders documents that are equal in that field; one without any of these is not found. */
  readonly thenBy?: readonly string[];
  readonly direction: "asc" | "desc";
  /** Bounds of the field that orders; only values of their kind are within. */
  readonly above?: Ordered | undefined;
  readonly upTo?: Ordered | undefined;
  /**
   * The last document of the page before, or, without `thenBy`, where it stood: the value of the field that orders,
   * and its path.
   */
  readonly after?: Doc | Stand | undefined;
  readonly limit?: number;
  /** Only these fields are read; the one that orders is always among them. */
  readonly select?: readonly string[];
}

export interface Stand {
  readonly at: Ordered;
  readonly path: string;
}

/** What orders: numbers before times before strings, and these by their UTF-8 bytes. */
export type Ordered = number | Date | string;

export type Scalar = string | number | boolean;
