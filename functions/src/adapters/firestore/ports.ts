import type { Firestore } from "@google-cloud/firestore";
import type { EventLog, Log, Outbox, ServiceState, Window } from "../../app/ports.ts";
import { makeEventLog } from "./eventLog.ts";
import { makeOutbox } from "./outbox.ts";
import { makePaths } from "./paths.ts";
import { makeServiceState } from "./serviceState.ts";
import { makeWindow } from "./window.ts";

/** Everything that is kept in Firestore. */
export interface FirestorePorts {
  readonly events: EventLog;
  readonly window: Window;
  readonly services: ServiceState;
  readonly outbox: Outbox;
}

export function makeFirestorePorts(db: Firestore, log: Log): FirestorePorts {
  const paths = makePaths(db);
  return {
    events: makeEventLog(db, paths, log),
    window: makeWindow(db, paths, log),
    services: makeServiceState(paths),
    outbox: makeOutbox(db, paths, log),
  };
}
