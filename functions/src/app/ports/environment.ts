import type { NextTime } from "../../domain/deadline.ts";
import type { LogFields, LoggedAs } from "../logEvents.ts";

/**
 * The times of day, `HH:MM` or `HH:MM:SS`, by the clocks of a zone.
 *
 * @throws RangeError if there is no such time or zone
 */
export type TimesOfDay = (at: string, timeZone: string) => Promise<NextTime>;

/**
 * One structured line per decision: what happened, in the past tense, with its facts. Which there are, and
 * how severe each is, `logEvents.ts` says.
 */
export interface Log {
  info<Name extends LoggedAs<"info">>(event: Name, fields: LogFields[Name]): void;
  warn<Name extends LoggedAs<"warn">>(event: Name, fields: LogFields[Name]): void;
  error<Name extends LoggedAs<"error">>(event: Name, fields: LogFields[Name]): void;
}

export interface Clock {
  /** Epoch milliseconds. */
  (): number;
}

/** A fresh random id, 20 characters or more, scattered so that Firestore finds no hot spot. */
export type NewId = () => string;
