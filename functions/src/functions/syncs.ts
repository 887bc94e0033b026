import type { IncomingMessage } from "node:http";
import { onRequest } from "firebase-functions/https";
import { commandIn } from "../adapters/http/askedDeliveries.ts";
import { askedMembers, askedSyncs, nextOf } from "../adapters/http/askedSyncs.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { syncInFull, syncInList } from "../adapters/http/syncView.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { overview, simulations } from "../compose.ts";
import type { SyncsRoute } from "../config/routeSyncs.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** The syncs of a service, what is in them, and one of them once more; the paths are in `routeSyncs`. */
export const syncs = onRequest(
  { invoker: invokersOf("syncs"), timeoutSeconds: TIME_LIMIT_SECONDS.syncs },
  handle("syncs", (route, request) => answer(route, request)),
);

async function answer(
  { service, operation }: SyncsRoute,
  request: IncomingMessage,
): Promise<Answer> {
  const { serviceName } = service;
  switch (operation.kind) {
    case "list": {
      const asked = askedSyncs(request, service);
      const page = await (await overview()).listSyncs(service, asked);
      const listed = page.syncs.map(syncInList);
      return ok({ service: serviceName, syncs: listed, next: nextOf.sync(page.next) });
    }
    case "replay":
      return ok(await (await simulations()).replay(request, service));
    case "show": {
      const asked = askedMembers(request);
      const read = await (await overview()).readSync(service, operation.syncId, asked);
      return ok({ service: serviceName, ...syncInFull(read), next: nextOf.member(read.next) });
    }
    case "resend": {
      const { syncId } = operation;
      await commandIn(request, []);
      const resent = await (await overview()).resendSync(service, syncId);
      return ok({ service: serviceName, syncId, ...resent });
    }
  }
}

const ok = (body: Readonly<Record<string, unknown>>): Answer => ({ status: 200, body });
