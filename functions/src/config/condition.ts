import {
  everyEndpoint,
  needs,
  thresholdOf,
  type Condition,
  type Leaf,
} from "../domain/condition.ts";
import { join } from "./normalize.ts";
import type { Problem } from "./parse.ts";
import type { ConditionConfig, GivenService } from "./schema.ts";

/**
 * What bounds the work on a condition: how deep its parts stand inside one another, and how many there
 * are. The condition that a service without one gets has no bound but that of its endpoints.
 */
const MAX_CONDITION = { depth: 8, parts: 1000 } as const;

/**
 * The condition of a service, each endpoint with a number: the one that is configured, or that every
 * endpoint has its events.
 *
 * @param root the path of the service
 * @returns also what a JSON Schema cannot say is wrong with it
 */
export function readCondition(
  { endpoints, condition: given }: Pick<GivenService, "endpoints" | "condition">,
  root: string,
): { readonly condition: Condition; readonly problems: readonly Problem[] } {
  if (given === undefined) return { condition: everyEndpoint(endpoints), problems: [] };
  const minima = new Map(endpoints.map((e) => [e.eventKey, e.minNbOfOccurrence]));
  const condition = withNumbers(given, minima);
  const path = join(root, "condition");
  const problems = [...checkSize(condition, path), ...checkPart(condition, path, minima)];
  // What is named nowhere, or by a wrong name, is all one mistake.
  if (problems.length > 0) return { condition, problems };
  return { condition, problems: checkOptional(endpoints, condition, root) };
}

function withNumbers(given: ConditionConfig, minima: ReadonlyMap<string, number>): Condition {
  const members = (of: readonly ConditionConfig[]): Condition[] =>
    of.map((member) => withNumbers(member, minima));
  if (typeof given === "string") return leaf(given, minima.get(given));
  if ("endpoint" in given) return leaf(given.endpoint, given.min ?? minima.get(given.endpoint));
  if ("all" in given) return { all: members(given.all) };
  if ("any" in given) return { any: members(given.any) };
  return { atLeast: { n: given.atLeast.n, of: members(given.atLeast.of) } };
}

function leaf(endpoint: string, min = 1): Leaf {
  return { endpoint, min };
}

function checkSize(condition: Condition, path: string): Problem[] {
  const { depth, parts } = sizeOf(condition);
  if (depth > MAX_CONDITION.depth) {
    const message = `expected conditions at most ${String(MAX_CONDITION.depth)} deep inside one another, got ${String(depth)}`;
    return [{ path, message }];
  }
  if (parts <= MAX_CONDITION.parts) return [];
  const message = `expected at most ${String(MAX_CONDITION.parts)} conditions in all, got ${String(parts)}`;
  return [{ path, message }];
}

function sizeOf(condition: Condition): { readonly depth: number; readonly parts: number } {
  if ("endpoint" in condition) return { depth: 1, parts: 1 };
  const sizes = thresholdOf(condition).of.map(sizeOf);
  return {
    depth: 1 + sizes.reduce((deepest, { depth }) => Math.max(deepest, depth), 0),
    parts: 1 + sizes.reduce((sum, { parts }) => sum + parts, 0),
  };
}

/** Endpoints that a message lists. */
const MAX_SHOWN = 10;

function checkPart(
  condition: Condition,
  path: string,
  endpoints: ReadonlyMap<string, number>,
): Problem[] {
  if ("endpoint" in condition) {
    const { endpoint } = condition;
    if (endpoints.has(endpoint)) return [];
    const known = Array.from(endpoints.keys(), (key) => JSON.stringify(key));
    const some = known.length > MAX_SHOWN ? [...known.slice(0, MAX_SHOWN), "…"] : known;
    const message = `expected an endpoint of the service (${some.join(", ")}), got ${JSON.stringify(endpoint)}`;
    return [{ path, message }];
  }
  const problems: Problem[] = [];
  const { n, of } = thresholdOf(condition);
  const [kind = ""] = Object.keys(condition);
  const list = kind === "atLeast" ? join(path, "atLeast.of") : join(path, kind);
  if (n > of.length) {
    const message = `expected at most ${String(of.length)}, the number of its conditions, or it could never hold, got ${String(n)}`;
    problems.push({ path: join(path, "atLeast.n"), message });
  }
  const seen = new Map<string, string>();
  of.forEach((member, index) => {
    const at = `${list}[${String(index)}]`;
    const text = JSON.stringify(member);
    const earlier = seen.get(text);
    if (earlier === undefined) seen.set(text, at);
    else
      problems.push({
        path: at,
        message: `expected a condition of its own, got that at ${earlier}`,
      });
    problems.push(...checkPart(member, at, endpoints));
  });
  return problems;
}

/** Nothing waits for the events of an endpoint that the condition does not name. */
function checkOptional(
  endpoints: GivenService["endpoints"],
  condition: Condition,
  root: string,
): Problem[] {
  const named = needs(condition);
  return endpoints.flatMap(({ eventKey, minNbOfOccurrence }, index) => {
    if (named.has(eventKey) || minNbOfOccurrence === 1) return [];
    const path = join(root, `endpoints[${String(index)}].minNbOfOccurrence`);
    const message = `expected none: the condition does not name ${JSON.stringify(eventKey)}, so nothing waits for its events, got ${String(minNbOfOccurrence)}`;
    return [{ path, message }];
  });
}
