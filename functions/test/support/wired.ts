/** Talks to the functions of the running emulator suite, as a source, an operator or a consumer would. */
import assert from "node:assert/strict";
import { Firestore } from "@google-cloud/firestore";

import { firestoreDocuments } from "../../src/adapters/firestore/firestoreDocuments.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makePublisher } from "../../src/adapters/pubsub/publisher.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import type { Log } from "../../src/app/ports.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { ServiceConfig } from "../../src/config/schema.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { fetchDescribed } from "./described.ts";
import { PROJECT, WIRED_SERVICES } from "./wiredServices.ts";

const { services } = parseConfig(JSON.stringify(WIRED_SERVICES));
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Record<string, unknown>;
}

export function baseUrl(): string {
  const base = process.env["EVENTSYNC_BASE_URL"];
  assert.ok(base, "EVENTSYNC_BASE_URL is not set; run the tests with: npm run test:emulators");
  return base;
}

/** The answer is one that the OpenAPI document has. */
export async function call(path: string, init?: RequestInit): Promise<Answer> {
  const answer = await fetchDescribed("", baseUrl(), path, init);
  const { text } = answer;
  return {
    ...answer,
    get json() {
      return JSON.parse(text) as Record<string, unknown>;
    },
  };
}

/** Posts an event and requires that it is accepted; returns its id. */
export async function send(
  path: string,
  body: string | Uint8Array<ArrayBuffer> = "an event",
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await call(`/event/${path}`, { method: "POST", body, headers });
  assert.equal(answer.status, 202, answer.text);
  return String(answer.json["eventId"]);
}

export function serviceNamed(name: string): ServiceConfig {
  const service = services.find(({ serviceName }) => serviceName === name);
  assert.ok(service, `there is no wired service ${name}`);
  return service;
}

export function consume(name: string): Promise<Inbox> {
  const { targetPubSub } = serviceNamed(name);
  assert.ok(targetPubSub, `the service ${name} has no topic`);
  return Inbox.create(targetPubSub.topic);
}

/** Gives the tests of a suite consumers, and closes them after it. Call it in `describe`. */
export function consumersOfSuite(): (name: string) => Promise<Inbox> {
  const consumers: Inbox[] = [];
  after(() => Promise.all(consumers.map((consumer) => consumer.close())));
  return async (name) => {
    const consumer = await consume(name);
    consumers.push(consumer);
    return consumer;
  };
}

/** The same database that the functions use. */
export const db = new Firestore({ projectId: PROJECT });

/** How many documents a collection of a service holds. */
export async function countOf(name: string, collection: string): Promise<number> {
  const result = await db.collection(`services/${name}/${collection}`).count().get();
  return result.data().count;
}

/** The use cases on the same database, for what the emulator never does by itself: the schedule. */
export function localEngine(clock: () => number = Date.now): Engine {
  let ids = 0;
  return makeEngine({
    ...makeStorePorts(firestoreDocuments(db), silent),
    publisher: makePublisher(),
    clock,
    newId: () => `wired-${String(process.pid)}-${String(++ids)}`,
    log: silent,
  });
}
