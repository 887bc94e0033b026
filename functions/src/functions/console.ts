import type { Request } from "express";
import { onRequest } from "firebase-functions/https";
import {
  CONSOLE_HEADERS,
  dropConsoleHeader,
  requireFromConsole,
} from "../adapters/http/fromConsole.ts";
import type { Answer } from "../adapters/http/respond.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { consolePage } from "../compose.ts";
import { isChange, type ConsoleCall } from "../config/routeConsole.ts";
import { invokersOf } from "../invokers.ts";
import { answerOf, handle } from "./http.ts";

const answerRequest = handle(
  "console",
  (route, request) => (route.kind === "page" ? page(request) : call(route.call, request)),
  { isForOwnPage: true },
);

/**
 * A page to look at and operate all of it: `/console`. What it asks goes to the other functions' own answers, in
 * this process, below `/console/api`: so one private function is one origin, behind whatever lets a person in.
 */
const serveConsole = onRequest(
  {
    invoker: invokersOf("console"),
    timeoutSeconds: TIME_LIMIT_SECONDS.console,
    // The emulator would let in every origin.
    cors: false,
  },
  (request, response) => {
    response.set(CONSOLE_HEADERS);
    return answerRequest(request, response);
  },
);
export { serveConsole as console };

async function page(request: Request): Promise<Answer> {
  const { html, gzipped, etag, policy } = await consolePage();
  const headers = {
    "Content-Security-Policy": policy,
    // Kept, and asked about each time.
    "Cache-Control": "private, no-cache",
    ETag: etag,
    Vary: "Accept-Encoding",
  };
  if (request.get("if-none-match")?.includes(etag) === true) return { status: 304, headers };
  const isGzipped = /\bgzip\b/.test(request.get("accept-encoding") ?? "");
  return {
    status: 200,
    headers: { ...headers, ...(isGzipped && { "Content-Encoding": "gzip" }) },
    file: { type: "text/html; charset=utf-8", bytes: isGzipped ? gzipped : html },
  };
}

function call(asked: ConsoleCall, request: Request): Promise<Answer> {
  requireFromConsole(request, isChange(asked, request.method));
  dropConsoleHeader(request);
  return answerOf(asked.name, asked.route, request);
}
