import { onRequest } from "firebase-functions/https";
import { askedRates } from "../adapters/http/askedRates.ts";
import { TIME_LIMIT_SECONDS } from "../app/timeLimits.ts";
import { rates as ratesOf } from "../compose.ts";
import { expectedOf } from "../config/route.ts";
import { invokersOf } from "../invokers.ts";
import { handle } from "./http.ts";

/** What part of the syncs has been published, and received: `/rates`, `/rates/<service>`. */
export const rates = onRequest(
  { invoker: invokersOf("rates"), timeoutSeconds: TIME_LIMIT_SECONDS.rates },
  handle("rates", async ({ service }, request) => {
    const { subscriptions } = expectedOf(service);
    const asked = askedRates(request, service.retentionPeriod);
    const { windows, total } = await (await ratesOf()).tell(service, asked);
    return {
      status: 200,
      body: {
        service: service.serviceName,
        ...asked,
        subscriptions,
        windows: windows.map(({ fromMs, toMs, ...rate }) => ({
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          ...rate,
        })),
        total,
      },
    };
  }),
);
