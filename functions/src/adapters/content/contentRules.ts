import type { AcceptedRequest } from "../../app/storeEvent.ts";
import { ConfigError, type CheckContent, type Problem } from "../../config/parse.ts";
import type { Services } from "../../config/route.ts";
import type { EndpointConfig } from "../../config/schema.ts";
import { EventSyncError, MAX_FAILURES, type Failure } from "../../domain/errors.ts";
import type { Ignored } from "../../domain/event.ts";
import type { ReadEvent } from "../http/eventRequest.ts";
import type { BodySchema } from "./bodySchema.ts";
import { readJson, type Json } from "./content.ts";
import type { Filter } from "./filter.ts";

/** What compiles schemas and filters: each is loaded only where a configuration has any of them. */
export interface Compilers {
  /** @returns undefined if there are problems */
  readonly compileSchema?: (
    schema: Readonly<Record<string, unknown>>,
    problems: Problem[],
  ) => BodySchema | undefined;
  /** @throws Error that says what is wrong with it */
  readonly compileFilter?: (text: string) => Filter;
}

type Content = Pick<EndpointConfig, "schema" | "filter">;

/** What an endpoint asks of content. */
interface Rule {
  readonly schema: BodySchema | undefined;
  readonly filter: Filter | undefined;
}

function compile({ schema, filter }: Content, compilers: Compilers, problems: Problem[]): Rule {
  const found: Problem[] = [];
  const compiledSchema = schema && compilers.compileSchema?.(schema, found);
  for (const { path, message } of found) {
    problems.push({ path: path === "" ? "schema" : `schema.${path}`, message });
  }
  let compiledFilter: Filter | undefined;
  try {
    compiledFilter = filter === undefined ? undefined : compilers.compileFilter?.(filter);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({ path: "filter", message: `expected an expression in CEL: ${reason}` });
  }
  return { schema: compiledSchema, filter: compiledFilter };
}

/** The check of schemas and filters before a deployment. */
export function contentCheck(compilers: Compilers): CheckContent {
  return (content) => {
    const problems: Problem[] = [];
    compile(content, compilers, problems);
    return problems;
  };
}

/** What the endpoints of a configuration ask of content. */
export class ContentRules {
  readonly #rules: ReadonlyMap<EndpointConfig, Rule>;

  /** @throws ConfigError with all problems at once */
  constructor(services: Services, compilers: Compilers) {
    const problems: Problem[] = [];
    const entries = services.flatMap(({ endpoints }, service) =>
      endpoints.map((endpoint, index) => {
        const own: Problem[] = [];
        const rule = compile(endpoint, compilers, own);
        const root = services.length > 1 ? `[${String(service)}].` : "";
        const place = `${root}endpoints[${String(index)}]`;
        problems.push(...own.map((one) => ({ ...one, path: `${place}.${one.path}` })));
        return [endpoint, rule] as const;
      }),
    );
    if (problems.length > 0) throw new ConfigError(problems);
    this.#rules = new Map(entries);
  }

  /**
   * Says of events that an endpoint has received whether they count.
   *
   * @returns what is to be stored
   * @throws EventSyncError `invalid-content` if the schema refuses any of them
   */
  judge(endpoint: EndpointConfig, events: readonly ReadEvent[]): AcceptedRequest[] {
    const { schema, filter } = this.#rules.get(endpoint) ?? {};
    const failures: Failure[] = [];
    const judged = events.map(({ request, place }) => {
      let read: Json | undefined;
      const json = (): Json => (read ??= readJson(request.content));
      if (schema !== undefined && failures.length <= MAX_FAILURES) {
        const own = schema(json());
        failures.push(...own.map((one) => ({ ...one, pointer: `${place}${one.pointer ?? ""}` })));
      }
      if (filter === undefined || failures.length > 0 || request.ignored !== undefined)
        return request;
      const ignored = ignoredBy(filter, request, json);
      return ignored === undefined ? request : { ...request, ignored };
    });
    if (failures.length > 0) throw refusal(endpoint, failures);
    return judged;
  }
}

function ignoredBy(
  filter: Filter,
  request: AcceptedRequest,
  json: () => Json,
): Ignored | undefined {
  const verdict = filter(request, json);
  if (verdict === "match") return undefined;
  if (verdict === "noMatch") return { reason: "filter" };
  return { reason: "filter-failed", detail: verdict.failed };
}

/** The message is in the log: what failed may quote the event, and is in the answer only. */
function refusal({ eventKey }: EndpointConfig, failures: readonly Failure[]): EventSyncError {
  const count =
    failures.length > MAX_FAILURES ? `more than ${String(MAX_FAILURES)}` : failures.length;
  const message = `The body does not satisfy the schema of ${JSON.stringify(eventKey)}: failures: ${String(count)}.`;
  return new EventSyncError("invalid-content", message, { failures });
}
