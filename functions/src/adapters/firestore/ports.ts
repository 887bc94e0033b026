import type { EventLog, Log, OpenWindows, Outbox, ServiceState, Window } from "../../app/ports.ts";
import type { Documents } from "./documents.ts";
import { makeEventLog } from "./eventLog.ts";
import { makeOpenWindows } from "./openWindows.ts";
import { makeOutbox } from "./outbox.ts";
import { makeServiceState } from "./serviceState.ts";
import { makeWindow } from "./window.ts";

/** Everything that is kept in documents. */
export interface StorePorts {
  readonly events: EventLog;
  readonly window: Window;
  readonly openWindows: OpenWindows;
  readonly services: ServiceState;
  readonly outbox: Outbox;
}

export function makeStorePorts(documents: Documents, log: Log): StorePorts {
  return {
    events: makeEventLog(documents, log),
    window: makeWindow(documents, log),
    openWindows: makeOpenWindows(documents),
    services: makeServiceState(documents),
    outbox: makeOutbox(documents, log),
  };
}
