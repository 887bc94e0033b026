import { write, type LogSeverity } from "firebase-functions/logger";
import type { LogName } from "../app/logEvents.ts";
import type { Log } from "../app/ports.ts";

/**
 * Structured lines for Cloud Logging: the event's name is the message, its facts are fields. Not through
 * the logger's `error()`, which puts a stack in the place of the message.
 */
const line =
  (severity: LogSeverity) =>
  (event: LogName, fields: Readonly<Record<string, unknown>>): void => {
    write({ ...fields, severity, message: event });
  };

export const cloudLog: Log = { info: line("INFO"), warn: line("WARNING"), error: line("ERROR") };
