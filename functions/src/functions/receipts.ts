import type { IncomingMessage } from "node:http";
import { onRequest } from "firebase-functions/https";
import { bodyOf } from "../adapters/http/rawRequest.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { rates } from "../compose.ts";
import { expectedOf } from "../config/route.ts";
import type { ServiceConfig } from "../config/schema.ts";
import { EventSyncError } from "../domain/errors.ts";
import { readReceipts } from "../domain/receipt.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** Far more than the receipts that a request may hold. */
const MAX_BODY_BYTES = 1_000_000;

/** Consumers say what they have received: `/receipts`, `/receipts/<service>`. */
export const receipts = onRequest(
  { invoker: invokersOf("receipts"), timeoutSeconds: TIME_LIMIT_SECONDS.receipts },
  handle("receipts", ({ service }, request) => answerReceipts(service, request)),
);

/** 202 if any is new, 200 if all were known. */
async function answerReceipts(service: ServiceConfig, request: IncomingMessage): Promise<Answer> {
  const { subscriptions } = expectedOf(service);
  const body = await bodyOf(request, MAX_BODY_BYTES);
  const { isList, receipts: reported } = readReceipts(body.toString("utf8"), subscriptions);
  const noted = await (await rates()).note(service, reported);
  const [first] = noted;
  if (!isList && first?.outcome === "unknown") {
    throw new EventSyncError(
      "unknown-sync",
      `No sync with the eventID ${first.eventID} expects receipts, or it is not kept any more.`,
    );
  }
  const names = { service: service.serviceName };
  return {
    status: noted.some(({ outcome }) => outcome === "new") ? 202 : 200,
    body: isList ? { ...names, receipts: noted } : { ...names, ...first },
  };
}
