import { deadlineOf, type DeadlineOf } from "../domain/deadline.ts";
import type { Rule } from "../domain/rule.ts";
import type { TimesOfDay } from "./ports.ts";

const known = new WeakMap<Rule, Promise<DeadlineOf | undefined>>();

/**
 * When windows of a rule close at the latest; undefined if it has no deadline. What knows time zones is
 * loaded for a rule that names one, and only then.
 *
 * @throws TypeError if the rule names a time of day, and `timesOfDay` is not given
 */
export function deadlineOfRule(
  { timesOfDay }: { readonly timesOfDay?: TimesOfDay },
  rule: Rule,
): Promise<DeadlineOf | undefined> {
  const make = async (): Promise<DeadlineOf | undefined> => {
    const { at, timeZone } = rule.deadline ?? {};
    const isDaily = at !== undefined && timeZone !== undefined;
    return deadlineOf(rule, isDaily ? await timesOfDay?.(at, timeZone) : undefined);
  };
  const made = known.get(rule) ?? make();
  known.set(rule, made);
  return made;
}
