import { needs, thresholdOf, type Condition, type Count } from "./condition.ts";
import type { Deadline, DeadlineAction, Rule } from "./rule.ts";

/**
 * What a rule does, in sentences for a person: one string each.
 *
 *     fires when the last 60 seconds hold 1 “a” and (at least 2 of: 3 “b”; 1 “c”; 1 “d”)
 *     closes 30 seconds after its first event: what is there is published
 */
export function ruleInWords(rule: Rule): string[] {
  const { condition, deadline, endpoints, trigger } = rule;
  const named = needs(condition);
  const optional = endpoints.map(({ eventKey }) => eventKey).filter((key) => !named.has(key));
  const holds = completeInWords(rule);
  const fires =
    trigger.type === "window"
      ? `fires when ${holds}`
      : `fires only by hand; a message is called complete if ${holds}`;
  return [
    fires,
    ...(deadline === undefined ? [] : [`closes ${closingInWords(deadline, trigger)}`]),
    ...(optional.length === 0 ? [] : [`optional: ${optional.map(quoted).join(", ")}`]),
  ];
}

/** When a window is complete: `the last 60 seconds hold 1 “a” and 1 “b”`. */
export function completeInWords({
  condition,
  trigger,
}: Pick<Rule, "condition" | "trigger">): string {
  return `the last ${seconds(trigger.observationPeriod)} ${inWords(condition)}`;
}

/** When its deadline closes a window, and what becomes of what is there: `30 seconds after its first event: …`. */
export function closingInWords(deadline: Deadline, { observationPeriod }: Rule["trigger"]): string {
  const { seconds: after, from = "first", at = "", timeZone = "" } = deadline;
  const bound = `, at the latest ${String(observationPeriod)} seconds after its first`;
  const when =
    after === undefined
      ? `each day at ${at}, ${timeZone}`
      : `${String(after)} second${after === 1 ? "" : "s"} after its ${from} event${from === "last" ? bound : ""}`;
  return `${when}: ${FATES[deadline.then]}`;
}

const FATES = {
  publish: "what is there is published",
  discard: "what is there is discarded",
  deadLetter: "what is there goes to the dead-letter topic",
} as const satisfies Record<DeadlineAction, string>;

/** Numbers of events: `2 “a” and 1 “b”`; `nothing` without any. @param counts endpoints without events are left out */
export function countsInWords(
  counts: Iterable<readonly [eventKey: string, count: number]>,
): string {
  const words = Array.from(counts)
    .filter(([, count]) => count > 0)
    .map(([eventKey, count]) => `${String(count)} ${quoted(eventKey)}`);
  return words.length > 1 ? listed(words, "and") : (words[0] ?? "nothing");
}

/** What would complete a window: the parts of the condition that still lack events; undefined if none does. */
export function missingInWords(condition: Condition, count: Count): string | undefined {
  const left = remaining(condition, count);
  return left && inWords(left);
}

function inWords(condition: Condition, isInside = false): string {
  if ("endpoint" in condition) return `${String(condition.min)} ${quoted(condition.endpoint)}`;
  const { n, of } = thresholdOf(condition);
  const [first] = of;
  if (of.length === 1 && first !== undefined) return inWords(first, isInside);
  const members = of.map((member) => inWords(member, true));
  const text =
    n === of.length
      ? listed(members, "and")
      : n === 1
        ? listed(members, "or")
        : `at least ${String(n)} of: ${members.join("; ")}`;
  return isInside ? `(${text})` : text;
}

/** The condition that the events which are still to come must satisfy. */
function remaining(condition: Condition, count: Count): Condition | undefined {
  if ("endpoint" in condition) {
    const { endpoint, min } = condition;
    const further = min - count(endpoint);
    return further > 0 ? { endpoint, min: further } : undefined;
  }
  const { n, of } = thresholdOf(condition);
  const left = of
    .map((member) => remaining(member, count))
    .filter((member) => member !== undefined);
  const needed = n - (of.length - left.length);
  return needed > 0 ? { atLeast: { n: needed, of: left } } : undefined;
}

function listed(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}

const quoted = (text: string): string => `“${text}”`;

function seconds(period: number): string {
  return period === 1 ? "second holds" : `${String(period)} seconds hold`;
}
