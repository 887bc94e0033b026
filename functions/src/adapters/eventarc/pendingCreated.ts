import type { DocumentSnapshot } from "firebase-functions/firestore";
import type { PendingCreated } from "../../app/onPending.ts";
import { isNewer } from "../firestore/form.ts";

/**
 * What a delivery tells of a new pending marker, or undefined if it holds none.
 *
 * Service and event are taken from the name of the delivered document. The path parameters of
 * firebase-functions come from a header, which the platform sends in UTF-8 and Node.js reads as Latin-1, and
 * are percent-decoded although they may not be encoded: `é` arrives as `Ã©`, `100%25` as `100%`
 * (firebase-functions issue 1459).
 */
export function pendingCreated(marker: DocumentSnapshot): PendingCreated | undefined {
  // What holds no document has its name from that header.
  if (!marker.exists) return undefined;
  const [services, serviceName, pending, eventId, ...deeper] = marker.ref.path.split("/");
  if (services !== "services" || pending !== "pending" || deeper.length > 0) return undefined;
  if (serviceName === undefined || eventId === undefined) return undefined;
  return {
    serviceName,
    eventId,
    key: textOf(marker, "key"),
    eventKey: textOf(marker, "eventKey"),
    receivedAtMs: receivedAtMsOf(marker),
    createdAtMs: createdAtMsOf(marker),
    isNewer: isNewerForm(marker),
  };
}

/** Undefined if it is not there, is no string, or is no Firestore value at all. */
function textOf(marker: DocumentSnapshot, field: string): string | undefined {
  try {
    const text: unknown = marker.get(field);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}

function isNewerForm(marker: DocumentSnapshot): boolean {
  try {
    return isNewer({ v: marker.get("v") as unknown });
  } catch {
    return false;
  }
}

/** Undefined if there is no time, or it is none. */
function createdAtMsOf(marker: DocumentSnapshot): number | undefined {
  try {
    return marker.createTime?.toMillis();
  } catch {
    return undefined;
  }
}

/** Undefined if it is not there, or no time. */
function receivedAtMsOf(marker: DocumentSnapshot): number | undefined {
  try {
    // Not by its class: more than one copy of the client may be loaded.
    const receivedAt = marker.get("receivedAt") as { readonly toMillis?: () => number } | null;
    return receivedAt?.toMillis?.();
  } catch {
    return undefined;
  }
}
