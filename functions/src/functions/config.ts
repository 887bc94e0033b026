import { onRequest } from "firebase-functions/https";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/**
 * The effective configuration: `/config` as it was given (one service, or all of them), and
 * `/config/<service>`. Of each only what its public view has, and that holds no secret.
 */
export const config = onRequest(
  { invoker: invokersOf("config"), timeoutSeconds: TIME_LIMIT_SECONDS.config, memory: "256MiB" },
  handle("config", ({ shown }) => Promise.resolve({ status: 200, body: shown })),
);
