import { write, type LogSeverity } from "firebase-functions/logger";
import type { LogName, Severity } from "../app/logEvents.ts";
import type { Log } from "../app/ports.ts";
import type { Line } from "./telemetry/metrics.ts";

/**
 * Structured lines for Cloud Logging: the event's name is the message, its facts are fields. Not through
 * the logger's `error()`, which puts a stack in the place of the message. The logger adds the trace of the
 * request or delivery, by which Cloud Logging shows a line with it.
 */
const line =
  (severity: LogSeverity) =>
  (event: LogName, fields: Readonly<Record<string, unknown>>): void => {
    write({ ...fields, severity, message: event });
  };

export const cloudLog: Log = { info: line("INFO"), warn: line("WARNING"), error: line("ERROR") };

/** The same log, of which somebody else is told each line, too. */
export function tellingLog(log: Log, tell: (line: Line) => void): Log {
  const telling =
    (severity: Severity) =>
    (event: LogName, fields: Line["fields"]): void => {
      // The types that tie names to fields hold for whoever calls.
      (log[severity] as (event: LogName, fields: Line["fields"]) => void)(event, fields);
      tell({ severity, event, fields });
    };
  return { info: telling("info"), warn: telling("warn"), error: telling("error") };
}
