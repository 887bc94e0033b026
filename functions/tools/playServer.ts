/** The server of an example, and how its calls came out. */
import { Firestore } from "@google-cloud/firestore";

import type { ServiceConfig } from "../src/config/schema.ts";
import { Receiver, type Behaving, type ReceivedCall } from "../testkit/receiver.ts";
import { waitFor } from "../testkit/waitFor.ts";
import type { Stage } from "./playExample.ts";

/** On a machine that has other things to do, too. */
const PATIENCE_MS = 120_000;

/** What is stored of a delivery, as far as an example looks at it. */
export interface DeliveryFacts {
  readonly state: string;
  readonly attempts: readonly { readonly status?: number; readonly error?: string }[];
}

/** Starts the server that the first target of the service calls. */
export function startServer(
  { targets = [] }: ServiceConfig,
  behaving: Behaving,
): Promise<Receiver> {
  const [target] = targets;
  if (target?.kind !== "http") throw new Error("the first target of the example is not called");
  return Receiver.start({ port: Number(new URL(target.url).port), behaving });
}

/** A call for a person to read. */
export function callInWords({ method, path, headers, body }: ReceivedCall): string {
  const type = headers["content-type"] ?? "";
  return `${method} ${path} ${type} ${body.toString()}`;
}

/** Waits until the deliveries of the service are as they are asked for. */
export async function waitForDeliveries(
  what: string,
  { projectId, service, signal }: Stage,
  areSo: (deliveries: readonly DeliveryFacts[]) => boolean,
): Promise<void> {
  const db = new Firestore({ projectId });
  try {
    await waitFor(
      what,
      async () => {
        signal.throwIfAborted();
        const { docs } = await db.collection(`services/${service.serviceName}/deliveries`).get();
        return areSo(docs.map((doc) => doc.data() as DeliveryFacts)) || undefined;
      },
      PATIENCE_MS,
    );
  } finally {
    await db.terminate();
  }
}
