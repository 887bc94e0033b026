import { error, info, warn } from "firebase-functions/logger";
import type { Log } from "../app/ports.ts";

/** Structured lines for Cloud Logging: the event's name is the message, its facts are fields. */
export const cloudLog: Log = {
  info: (event, fields) => {
    info(event, fields);
  },
  warn: (event, fields) => {
    warn(event, fields);
  },
  error: (event, fields) => {
    error(event, fields);
  },
};
