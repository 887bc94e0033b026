import { LONGEST_DAY_SECONDS } from "../domain/deadline.ts";
import { join } from "./normalize.ts";
import type { Problem } from "./parse.ts";
import { serviceSchema, type ServiceConfig } from "./schema.ts";

/** What a JSON Schema cannot say about the deadline of a service that satisfies it. */
export function checkDeadline(service: ServiceConfig, root: string): Problem[] {
  const { deadline, deadLetterPubSub, trigger } = service;
  const { properties } = serviceSchema;
  const problems: Problem[] = [];
  const complain = (path: string, message: string): void => {
    problems.push({ path: join(root, path), message });
  };
  if (deadline?.then === "deadLetter" && deadLetterPubSub === undefined) {
    complain(
      "deadLetterPubSub",
      `is missing: expected ${properties.deadLetterPubSub.expected}, since deadline.then is “deadLetter”`,
    );
  }
  if (deadline?.then !== "deadLetter" && deadLetterPubSub !== undefined) {
    complain("deadLetterPubSub", "expected only where deadline.then is “deadLetter”");
  }
  if (deadline === undefined) return problems;
  if (trigger.type === "none") {
    complain(
      "deadline",
      "expected only where trigger.type is “window”: else nothing but a manual trigger closes a window",
    );
  }
  if (trigger.keepEventAfterTrigger) {
    complain(
      "deadline",
      "expected only where trigger.keepEventAfterTrigger is false: else windows are not closed, and events stay",
    );
  }
  const { seconds, from, at, timeZone } = deadline;
  if ((seconds === undefined) === (at === undefined)) {
    complain("deadline", "expected either “seconds”, or “at” with “timeZone”");
    return problems;
  }
  if (seconds !== undefined) {
    const most = trigger.observationPeriod;
    if (seconds > most) {
      complain(
        "deadline.seconds",
        `expected at most ${String(most)}, the observation period, got ${String(seconds)}`,
      );
    }
    if (timeZone !== undefined) complain("deadline.timeZone", "expected only with “at”");
    return problems;
  }
  if (from !== undefined) complain("deadline.from", "expected only with “seconds”");
  if (timeZone === undefined) {
    const { expected } = properties.deadline.properties.timeZone;
    complain("deadline.timeZone", `is missing: expected ${expected}`);
  } else if (!isTimeZone(timeZone)) {
    const { expected } = properties.deadline.properties.timeZone;
    complain("deadline.timeZone", `expected ${expected}, got ${JSON.stringify(timeZone)}`);
  }
  if (trigger.observationPeriod < LONGEST_DAY_SECONDS) {
    complain(
      "trigger.observationPeriod",
      `expected at least ${String(LONGEST_DAY_SECONDS)} seconds with deadline.at: the longest day, on which summer time ends, got ${String(trigger.observationPeriod)}`,
    );
  }
  return problems;
}

/** By the names that the platform knows. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
