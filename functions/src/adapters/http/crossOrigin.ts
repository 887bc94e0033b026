import cors from "cors";
import type { Request, Response } from "express";
import type { ServiceConfig } from "../../config/schema.ts";

/**
 * Sets the CORS headers that a service is configured for; none if it is not.
 *
 * @returns whether the request is a preflight (Fetch Standard, section 3.3.2), which is to be answered
 *   and never an event
 */
export async function allowOrigins(
  request: Request,
  response: Response,
  service: ServiceConfig,
  methods: readonly string[],
): Promise<boolean> {
  if (service.cors === undefined) return false;
  const { origins } = service.cors;
  const middleware = cors({
    origin: origins.includes("*") ? "*" : [...origins],
    methods: [...methods],
    maxAge: 3600,
    preflightContinue: true,
  });
  await new Promise<void>((resolve, reject) => {
    middleware(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error("cors failed"));
    });
  });
  return (
    request.method === "OPTIONS" &&
    request.get("origin") !== undefined &&
    request.get("access-control-request-method") !== undefined
  );
}
