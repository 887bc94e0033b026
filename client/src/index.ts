/**
 * EventSync from outside: `outbox(…).stage` writes an event inside the caller's own Firestore transaction,
 * `once` handles a sync inside the consumer's.
 */
export { outbox, type Outbox } from "./outbox.ts";
export type { Service, ServiceEndpoint } from "./service.ts";
export type { Staged, StagedEvent } from "./stagedEvent.ts";
export { once, type OnceOptions, type Outcome } from "./once.ts";
export { EventSyncError, type ErrorCode } from "../../functions/src/domain/errors.ts";
export type {
  EventList,
  MessageCompletion,
  MessageEvent,
  SyncMessage,
} from "../../functions/src/domain/syncMessage.ts";
