import { onRequest } from "firebase-functions/https";
import { askedLog } from "../adapters/http/askedLog.ts";
import { asksForStream, eventStream } from "../adapters/http/eventStream.ts";
import { jsonPage } from "../adapters/http/jsonPage.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { textIn } from "../adapters/http/textIn.ts";
import type { AskedLog } from "../app/delivery/readLog.ts";
import type { TargetId } from "../app/ports/deliveries.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { logs } from "../compose.ts";
import { pullTargetOf } from "../config/route.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** When a stream ends, and when what nobody reads is cut off: before the platform does. */
const ENDS_MS = { stream: 90_000, cut: TIME_LIMIT_SECONDS.pull * 1000 - 10_000 } as const;

/** The syncs of a pull target, by their offsets: `/pull`, `/pull/<service>`; `?target=` where there are several. */
export const pull = onRequest(
  { invoker: invokersOf("pull"), timeoutSeconds: TIME_LIMIT_SECONDS.pull },
  handle("pull", async ({ service }, request) => {
    const { name } = pullTargetOf(service, textIn(request, "target"));
    const id = { service: service.serviceName, target: name };
    // The request itself is over once it is read, whoever waits.
    const asked = { ...askedLog(request), isGone: () => request.socket.destroyed };
    return asksForStream(request.headers.accept) ? stream(id, asked) : page(id, asked);
  }),
);

async function page(id: TargetId, asked: AskedLog): Promise<Answer> {
  const cutAtMs = Date.now() + ENDS_MS.cut;
  const { syncs, next, release } = await (await logs()).read(id, asked);
  const chunks = jsonPage({ ...id, syncs, next });
  return {
    status: 200,
    stream: { type: "application/json", chunks, cutAtMs, close: release },
  };
}

async function stream(id: TargetId, asked: AskedLog): Promise<Answer> {
  const startMs = Date.now();
  const pages = (await logs()).follow(id, asked, startMs + ENDS_MS.stream);
  // What is refused is refused before anything is sent.
  const first = await pages.next();
  if (first.done === true) return { status: 204 };
  const chunks = eventStream(first.value, pages, asked.after);
  return {
    status: 200,
    stream: {
      type: "text/event-stream",
      chunks,
      cutAtMs: startMs + ENDS_MS.cut,
      close: () => pages.return(),
    },
  };
}
