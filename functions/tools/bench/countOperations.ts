/**
 * Loaded into a function's process by `node --import`: counts what each Firestore call costs, by the
 * rules of Firestore's bill, as the client sees it. Answers any message of the parent with the counts.
 */
import { tapGrpc, type GrpcCall, type GrpcObserver } from "../../testkit/grpcTap.ts";

export interface Operations {
  reads: number;
  /** Documents created, set or updated. */
  writes: number;
  deletes: number;
  rpcs: number;
  /** When the last query for documents ended, in epoch milliseconds. */
  lastQueryEndedMs: number;
  /** Milliseconds in which a query or a count was under way, until the last of its documents was here. */
  queryMs: number;
}

/** https://cloud.google.com/firestore/pricing: one read per 1,000 index entries of an aggregation. */
const INDEX_ENTRIES_PER_READ = 1000;

const operations: Operations = {
  reads: 0,
  writes: 0,
  deletes: 0,
  rpcs: 0,
  lastQueryEndedMs: 0,
  queryMs: 0,
};

/** Queries that are under way, and when the first of them began. */
let queries = 0;
let queriesBegunMs = 0;

function queryBegins(): void {
  if (queries++ === 0) queriesBegunMs = performance.now();
}

function queryEnds(): void {
  if (--queries === 0) operations.queryMs += performance.now() - queriesBegunMs;
}

interface CommitRequest {
  readonly writes?: readonly object[];
}
interface RunQueryResponse {
  readonly document?: object | null;
}
interface AggregationResponse {
  readonly result?: {
    readonly aggregateFields?: Readonly<Record<string, { integerValue?: string | number }>>;
  } | null;
}

function observe({ method, path, request }: GrpcCall): GrpcObserver | undefined {
  if (!path.startsWith("/google.firestore.v1.Firestore/")) return undefined;
  operations.rpcs++;
  switch (method) {
    case "Commit":
    case "BatchWrite": {
      const { writes = [] } = request as CommitRequest;
      const deletes = writes.filter((write) => "delete" in write).length;
      operations.deletes += deletes;
      operations.writes += writes.length - deletes;
      return undefined;
    }
    case "BatchGetDocuments":
      return {
        onResponse(response) {
          // A document that is not there costs a read, too.
          const { found, missing } = response as { found?: unknown; missing?: unknown };
          if (found || missing) operations.reads++;
        },
      };
    case "RunQuery":
      return countQuery();
    case "RunAggregationQuery":
      queryBegins();
      return {
        onResponse(response) {
          const fields = Object.values(
            (response as AggregationResponse).result?.aggregateFields ?? {},
          );
          const entries = Math.max(0, ...fields.map((field) => Number(field.integerValue ?? 0)));
          operations.reads += Math.max(1, Math.ceil(entries / INDEX_ENTRIES_PER_READ));
        },
        onEnd: queryEnds,
      };
    default:
      throw new Error(`The benchmark does not know what ${path} costs.`);
  }
}

/** A query that finds nothing costs one read. */
function countQuery(): GrpcObserver {
  let found = 0;
  queryBegins();
  return {
    onResponse(response) {
      if ((response as RunQueryResponse).document) found++;
    },
    onEnd() {
      queryEnds();
      operations.reads += Math.max(1, found);
      operations.lastQueryEndedMs = performance.timeOrigin + performance.now();
    },
  };
}

tapGrpc(observe);
process.on("message", () => {
  process.send?.({ ...operations });
});
