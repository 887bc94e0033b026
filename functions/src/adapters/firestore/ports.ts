import type { EventLog, Log, Outbox, ServiceState, Window } from "../../app/ports.ts";
import type { Documents } from "./documents.ts";
import { makeEventLog } from "./eventLog.ts";
import { makeOutbox } from "./outbox.ts";
import { makeServiceState } from "./serviceState.ts";
import { makeWindow } from "./window.ts";

/** Everything that is kept in documents. */
export interface StorePorts {
  readonly events: EventLog;
  readonly window: Window;
  readonly services: ServiceState;
  readonly outbox: Outbox;
}

export function makeStorePorts(documents: Documents, log: Log): StorePorts {
  return {
    events: makeEventLog(documents, log),
    window: makeWindow(documents, log),
    services: makeServiceState(documents),
    outbox: makeOutbox(documents, log),
  };
}
