/** Plays the event sources of every configured service, and waits for its message. */
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
  const { serviceName, endpoints, trigger } = service;
  const name = encodeURIComponent(serviceName);
  for (const { eventKey, minNbOfOccurrence, acceptedHttpMethods } of endpoints) {
    const method = sourceMethod(acceptedHttpMethods);
    const hasBody = method !== "GET" && method !== "HEAD";
    const key = eventKey.split("/").map(encodeURIComponent).join("/");
    for (let count = 1; count <= minNbOfOccurrence; count++) {
      await send(`${base}/event/${name}/${key}?queryP=myQueryP`, {
        method,
        ...(hasBody && { body: `New test${String(count)}` }),
      });
    }
  }
  if (trigger.type === "none") await send(`${base}/trigger/${name}`, { method: "POST" });
}

async function send(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, init);
  print(`${init.method ?? ""} ${url}\n  → ${String(response.status)} ${await response.text()}`);
}
