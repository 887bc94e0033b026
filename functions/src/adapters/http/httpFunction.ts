import type { Request, Response } from "express";
import pTimeout from "p-timeout";
import type { Log } from "../../app/ports.ts";
import { decodePath, requireMethod, type Route, type Services } from "../../config/route.ts";
import { EventSyncError } from "../../domain/errors.ts";
import { allowOrigins } from "./crossOrigin.ts";
import { keepRequestsRaw, urlOf } from "./rawRequest.ts";
import { respond, UNKNOWN_OUTCOME, type Answer, type Ready } from "./respond.ts";

/** How much earlier than the platform we give up, so that it is the function that answers. */
const ANSWER_SECONDS = 10;

const PREFLIGHT: Answer = { status: 204 };

/** Where a path means nothing; it belongs to the first service then, as the short URLs do. */
const ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** An HTTP function, without what all of them share. */
export interface HttpFunction<R extends Route> {
  /** Whether this process serves it, rather than another one or none. */
  readonly isServed: boolean;
  /** How long the platform lets it run, in seconds. */
  readonly timeLimitSeconds: number;
  readonly log: Log;
  readonly services: () => Promise<Services>;
  /** Throws what is to be answered where a path means nothing. */
  readonly route: (services: Services, path: string) => R;
  readonly answer: (route: R, request: Request) => Promise<Answer>;
  /** It is for its own page: no other origin is let in, whatever a service says. */
  readonly isForOwnPage?: boolean;
  /** Runs what makes an answer ready, and does what is to be done before it is sent. */
  readonly around?: (request: Request, work: () => Promise<Ready>) => Promise<Ready>;
}

/**
 * The handler of an HTTP function. Whatever comes in, it is the function that answers, with JSON or
 * with a problem: the framework reads no body, inflates nothing and judges no path. A preflight is
 * answered where CORS is configured, and goes no further.
 *
 * Call it while the module of the function is loaded, before there is a server.
 */
export function httpFunction<R extends Route>({
  isServed,
  timeLimitSeconds,
  log,
  services,
  route,
  answer,
  isForOwnPage = false,
  around = (_, work) => work(),
}: HttpFunction<R>): (request: Request, response: Response) => Promise<void> {
  if (isServed) keepRequestsRaw();
  const isPreflight: typeof allowOrigins = (...asked) =>
    isForOwnPage ? Promise.resolve(false) : allowOrigins(...asked);
  return (request, response) => {
    const handle = async (): Promise<Answer> => {
      const all = await services();
      let found: R;
      try {
        found = route(all, decodePath(urlOf(request)));
      } catch (error) {
        // The headers come first: without them a browser shows its page no error at all.
        if (await isPreflight(request, response, all[0], ANY_METHOD)) return PREFLIGHT;
        throw error;
      }
      const { service, methods, what } = found;
      if (await isPreflight(request, response, service, methods)) return PREFLIGHT;
      requireMethod(request.method, methods, what);
      return pTimeout(answer(found, request), {
        milliseconds: (timeLimitSeconds - ANSWER_SECONDS) * 1000,
        // What is given up may go on and take effect: that is an answer that was lost.
        fallback: () => {
          throw new EventSyncError("unavailable", UNKNOWN_OUTCOME);
        },
      });
    };
    return respond(response, log, handle, (work) => around(request, work));
  };
}
