import type { Log } from "../../src/app/ports.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that remembers its lines, for tests of what operators are told. */
export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[];
  /** The fields of every line with this event's name. */
  of(event: string): Readonly<Record<string, unknown>>[];
}

export function recordingLog(): RecordingLog {
  const lines: LogLine[] = [];
  const record =
    (level: LogLine["level"]) =>
    (event: string, fields: Readonly<Record<string, unknown>>): void => {
      lines.push({ level, event, fields });
    };
  return {
    lines,
    of: (event) => lines.filter((line) => line.event === event).map(({ fields }) => fields),
    info: record("info"),
    warn: record("warn"),
    error: record("error"),
  };
}
