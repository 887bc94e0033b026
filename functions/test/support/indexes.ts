/**
 * What production Firestore demands of `firestore.indexes.json`, and the emulator does not: it answers
 * any query. Here each query that was really sent is held against what is declared.
 *
 * Firestore's rules, as far as our queries go: filters by equality alone, or one range or order alone,
 * are served by single-field indexes, which every field has in collection scope unless an override says
 * otherwise; everything else needs a composite index of the fields compared by equality, in any order,
 * then those of the order, each in its direction, in the scope of the query.
 */
import type { GrpcCall } from "../../testkit/grpcTap.ts";

type Scope = "COLLECTION" | "COLLECTION_GROUP";
type Order = "ASCENDING" | "DESCENDING";

interface IndexField {
  readonly fieldPath: string;
  readonly order?: Order;
}

/** The content of `firestore.indexes.json`. */
export interface DeclaredIndexes {
  readonly indexes: readonly {
    readonly collectionGroup: string;
    readonly queryScope: Scope;
    readonly fields: readonly IndexField[];
  }[];
  readonly fieldOverrides: readonly {
    readonly collectionGroup: string;
    readonly fieldPath: string;
    readonly ttl?: boolean;
    readonly indexes: readonly { readonly order?: Order; readonly queryScope: Scope }[];
  }[];
}

/** A query, reduced to what its index depends on. */
interface QueryShape {
  readonly collectionGroup: string;
  readonly scope: Scope;
  /** Fields compared by equality. */
  readonly equal: readonly string[];
  /** Fields in order; a field compared by range is the first of them. */
  readonly ordered: readonly { readonly fieldPath: string; readonly order: Order }[];
}

/** What the code did to the database. */
export interface Usage {
  /** By their description, which is what shows in a failure. */
  readonly queries: ReadonlyMap<string, QueryShape>;
  /** `collection.field` of every field that was written, and whether it only ever was a time. */
  readonly fields: ReadonlyMap<string, { readonly isTime: boolean }>;
}

/** Collects the usage from the calls that a tap sees. */
export class UsageRecorder implements Usage {
  readonly queries = new Map<string, QueryShape>();
  readonly fields = new Map<string, { isTime: boolean }>();

  record({ method, request }: GrpcCall): void {
    switch (method) {
      case "RunQuery":
        this.#addQuery(request as { structuredQuery: StructuredQuery });
        return;
      case "RunAggregationQuery":
        this.#addQuery(
          (request as { structuredAggregationQuery: { structuredQuery: StructuredQuery } })
            .structuredAggregationQuery,
        );
        return;
      case "Commit":
        this.#addWrites(request as CommitRequest);
        return;
      case "BatchGetDocuments":
        return; // by name: needs no index
      default:
        throw new Error(`${method} is new here: say what indexes it needs`);
    }
  }

  #addQuery({ structuredQuery }: { structuredQuery: StructuredQuery }): void {
    const shape = shapeOf(structuredQuery);
    this.queries.set(describe(shape), shape);
  }

  #addWrites({ writes = [] }: CommitRequest): void {
    for (const { update } of writes) {
      if (update == null) continue;
      const collection = update.name.split("/").at(-2) ?? "";
      for (const [field, value] of Object.entries(update.fields ?? {})) {
        const name = `${collection}.${field}`;
        const isTime = "timestampValue" in value && this.fields.get(name)?.isTime !== false;
        this.fields.set(name, { isTime });
      }
    }
  }
}

/** The parts of Firestore's requests that matter here, as its client library writes them. */
interface StructuredQuery {
  readonly from: readonly { readonly collectionId: string; readonly allDescendants?: boolean }[];
  readonly where?: Filter;
  readonly orderBy?: readonly {
    readonly field: { fieldPath: string };
    readonly direction: Order;
  }[];
}

interface Filter {
  readonly compositeFilter?: { readonly op: string; readonly filters: readonly Filter[] };
  readonly fieldFilter?: { readonly field: { fieldPath: string }; readonly op: string };
}

interface CommitRequest {
  readonly writes?: readonly {
    readonly update?: { readonly name: string; readonly fields?: Record<string, object> } | null;
  }[];
}

const RANGES = ["LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL"];

function shapeOf({ from, where, orderBy = [] }: StructuredQuery): QueryShape {
  const [{ collectionId, allDescendants } = { collectionId: "" }] = from;
  const equal: string[] = [];
  const ranges = new Set<string>();
  for (const { field, op } of filtersOf(where)) {
    // `in` is a query for each value, put together: each is served as by equality.
    // Documents by their names need no index.
    if (field.fieldPath === "__name__" && op === "IN") continue;
    if (op === "EQUAL" || op === "IN") equal.push(field.fieldPath);
    else if (RANGES.includes(op)) ranges.add(field.fieldPath);
    else throw new Error(`the filter ${op} is new here: say what indexes it needs`);
  }
  const ordered = orderBy.map(({ field, direction }) => ({
    fieldPath: field.fieldPath,
    order: direction,
  }));
  // Every index ends in the document's name, in the direction of its last field: who orders by it
  // in that direction, for a cursor, asks for nothing more.
  const [last, name] = ordered.slice(-2);
  if (name?.fieldPath === "__name__" && last?.order === name.order) ordered.pop();
  for (const fieldPath of ranges) {
    if (ordered.length === 0) ordered.push({ fieldPath, order: "ASCENDING" });
    if (ranges.size > 1 || ordered[0]?.fieldPath !== fieldPath) {
      throw new Error("ranges over several fields are new here: say what indexes they need");
    }
  }
  return {
    collectionGroup: collectionId,
    scope: allDescendants === true ? "COLLECTION_GROUP" : "COLLECTION",
    equal: equal.toSorted(),
    ordered,
  };
}

function filtersOf(filter: Filter | undefined): NonNullable<Filter["fieldFilter"]>[] {
  const { compositeFilter, fieldFilter } = filter ?? {};
  if (fieldFilter != null) return [fieldFilter];
  if (compositeFilter == null) return [];
  if (compositeFilter.op !== "AND") {
    throw new Error(`a filter with ${compositeFilter.op} is new here: say what indexes it needs`);
  }
  return compositeFilter.filters.flatMap(filtersOf);
}

function describe({ collectionGroup, scope, equal, ordered }: QueryShape): string {
  const fields = [
    ...equal.map((field) => `${field} =`),
    ...ordered.map(({ fieldPath, order }) => `${fieldPath} ${order}`),
  ];
  return `${collectionGroup} ${scope} (${fields.join(", ")})`;
}

/** Everything in which a declaration and the usage differ, in words; nothing if they agree. */
export function indexProblems(declared: DeclaredIndexes, usage: Usage): string[] {
  const problems: string[] = [];
  const used = new Set<object>();
  for (const [description, query] of usage.queries) {
    const serving = indexesFor(query, declared);
    if (serving === undefined) problems.push(`missing: an index for ${description}`);
    else for (const index of serving) used.add(index);
  }
  for (const index of declared.indexes) {
    if (!used.has(index)) {
      const fields = index.fields.map(({ fieldPath, order }) => `${fieldPath} ${String(order)}`);
      problems.push(
        `unused: index ${index.collectionGroup} ${index.queryScope} (${fields.join(", ")})`,
      );
    }
  }
  const overridden = new Map(
    declared.fieldOverrides.map((o) => [`${o.collectionGroup}.${o.fieldPath}`, o]),
  );
  for (const [name, { indexes, ttl }] of overridden) {
    if (!usage.fields.has(name)) problems.push(`unused: override of ${name}, which is not stored`);
    for (const index of indexes) {
      if (!used.has(index)) {
        problems.push(`unused: index ${name} ${String(index.order)} ${index.queryScope}`);
      }
    }
    if (ttl === true && usage.fields.get(name)?.isTime === false) {
      problems.push(`wrong: a TTL policy on ${name}, which is not always a time`);
    }
  }
  for (const name of usage.fields.keys()) {
    const override = overridden.get(name);
    if (override === undefined && !used.has(automatic(name))) {
      problems.push(`missing: an exemption for ${name}, which no query uses`);
    }
    if (name.endsWith(".expireAt") && override?.ttl !== true) {
      problems.push(`missing: a TTL policy on ${name}`);
    }
  }
  return problems.toSorted();
}

/** The declared indexes that serve a query; undefined if none does. */
function indexesFor(query: QueryShape, declared: DeclaredIndexes): object[] | undefined {
  const { collectionGroup, scope, equal, ordered } = query;
  const composite = declared.indexes.find(
    (index) =>
      index.collectionGroup === collectionGroup &&
      index.queryScope === scope &&
      isServedBy(query, index.fields),
  );
  if (composite !== undefined) return [composite];
  const isSingle = ordered.length === 0 || (ordered.length === 1 && equal.length === 0);
  if (!isSingle) return undefined;
  const singles = [
    ...equal.map((field) => singleFieldIndex(declared, collectionGroup, scope, field)),
    ...ordered.map(({ fieldPath, order }) =>
      singleFieldIndex(declared, collectionGroup, scope, fieldPath, order),
    ),
  ];
  const found = singles.filter((index) => index !== undefined);
  return found.length === singles.length ? found : undefined;
}

function isServedBy({ equal, ordered }: QueryShape, fields: readonly IndexField[]): boolean {
  if (fields.length !== equal.length + ordered.length) return false;
  const names = fields.slice(0, equal.length).map(({ fieldPath }) => fieldPath);
  return (
    names.toSorted().join() === equal.join() &&
    ordered.every(({ fieldPath, order }, index) => {
      const field = fields[equal.length + index];
      return field?.fieldPath === fieldPath && field.order === order;
    })
  );
}

/** @param order either one will do if it is not given */
function singleFieldIndex(
  { fieldOverrides }: DeclaredIndexes,
  collectionGroup: string,
  scope: Scope,
  fieldPath: string,
  order?: Order,
): object | undefined {
  const override = fieldOverrides.find(
    (candidate) =>
      candidate.collectionGroup === collectionGroup && candidate.fieldPath === fieldPath,
  );
  if (override === undefined) {
    return scope === "COLLECTION" ? automatic(`${collectionGroup}.${fieldPath}`) : undefined;
  }
  return override.indexes.find(
    (index) =>
      index.queryScope === scope &&
      index.order !== undefined &&
      (order === undefined || index.order === order),
  );
}

const automatics = new Map<string, object>();

/** The index that Firestore makes by itself for a field that no override names. */
function automatic(name: string): object {
  const known = automatics.get(name) ?? {};
  automatics.set(name, known);
  return known;
}
