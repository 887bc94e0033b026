/** Plays the event sources of every configured service, and waits for its message. */
import { sampleEvent } from "../console/sampleEvent.ts";
import type { Services } from "../src/config/route.ts";
import type { ServiceConfig } from "../src/config/schema.ts";
import type { TargetMessage, Targets } from "./localCloud.ts";
import { renderMessage, sourceMethod } from "./startTexts.ts";

const DEADLINE_MS = 60_000;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** @returns the exit code: 0 if every service's message came */
export async function runDemo(base: string, services: Services, targets: Targets): Promise<number> {
  const messages = new Map<string, TargetMessage>();
  const missing = new Set(services.map(({ serviceName }) => serviceName));
  const complete = Promise.withResolvers<undefined>();
  targets.onMessage((message) => {
    const serviceName = message.attributes["serviceName"] ?? "";
    messages.set(serviceName, message);
    missing.delete(serviceName);
    if (missing.size === 0) complete.resolve(undefined);
  });

  for (const service of services) await sendEvents(base, service);
  const timer = setTimeout(() => {
    complete.resolve(undefined);
  }, DEADLINE_MS);
  await complete.promise;
  clearTimeout(timer);

  for (const message of messages.values()) {
    print(`\nThe event sync message, received on ${message.topic}:`);
    print(renderMessage(message));
  }
  for (const serviceName of missing) {
    print(`\nNo message came for ${serviceName} within ${String(DEADLINE_MS / 1000)} seconds.`);
  }
  return missing.size === 0 ? 0 : 1;
}

async function sendEvents(base: string, service: ServiceConfig): Promise<void> {
  for (const { path, ...init } of demoEvents(service)) await send(`${base}${path}`, init);
  const name = encodeURIComponent(service.serviceName);
  if (service.trigger.type === "none") await send(`${base}/trigger/${name}`, { method: "POST" });
}

/** An event of a source, as `fetch` takes it. */
export interface DemoEvent {
  /** With a query. */
  readonly path: string;
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** What completes the window of a service: each event with a content of its own. */
export function demoEvents({ serviceName, endpoints, correlation }: ServiceConfig): DemoEvent[] {
  const all = endpoints.flatMap((endpoint) =>
    Array.from({ length: endpoint.minNbOfOccurrence }, () => endpoint),
  );
  return all.map(({ eventKey, acceptedHttpMethods, key = correlation?.key }, index) => {
    const number = String(index + 1);
    const sample = sampleEvent(key);
    const names = [serviceName, ...eventKey.split("/")].map(encodeURIComponent).join("/");
    const query = ["queryP=myQueryP", ...(sample.query === "" ? [] : [sample.query])].join("&");
    const headers = {
      ...(sample.body !== undefined && { "Content-Type": "application/json" }),
      ...Object.fromEntries(sample.headers),
      ...(sample.hasId && { "Idempotency-Key": `test${number}` }),
    };
    const method = sourceMethod(acceptedHttpMethods);
    const hasBody = method !== "GET" && method !== "HEAD";
    const body = sample.body === undefined ? `New test${number}` : JSON.stringify(sample.body);
    return {
      path: `/event/${names}?${query}`,
      method,
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(hasBody && { body }),
    };
  });
}

async function send(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, init);
  print(`${init.method ?? ""} ${url}\n  → ${String(response.status)} ${await response.text()}`);
}
