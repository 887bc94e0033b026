/** Random conditions. */
import fc from "fast-check";

import type { Condition } from "../../src/domain/condition.ts";

/** Conditions over these endpoints, which may leave some out and name others more than once. */
export function conditionsOf(eventKeys: readonly string[], maxDepth = 3): fc.Arbitrary<Condition> {
  const leaf: fc.Arbitrary<Condition> = fc.record({
    endpoint: fc.constantFrom(...eventKeys),
    min: fc.integer({ min: 1, max: 3 }),
  });
  if (maxDepth === 0) return leaf;
  const members = fc.array(conditionsOf(eventKeys, maxDepth - 1), { minLength: 1, maxLength: 4 });
  return fc.oneof(
    leaf,
    members.map((all) => ({ all })),
    members.map((any) => ({ any })),
    members.chain((of) =>
      fc.integer({ min: 1, max: of.length }).map((n) => ({ atLeast: { n, of } })),
    ),
  );
}
