/** Plays an example: its sources, and the consumer who knows what must come. */
import type { ServiceConfig } from "../src/config/schema.ts";
import { waitFor } from "../testkit/waitFor.ts";
import { differences, outcomeOf, type Example, type ExampleEvent } from "./examples.ts";
import type { TargetMessage } from "./localCloud.ts";
import { renderMessage } from "./startTexts.ts";

/** An example that is served. */
export interface Stage {
  /** The URL before the paths of the functions. */
  readonly base: string;
  readonly service: ServiceConfig;
  /** What its targets name, which nobody else knows. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The project of the database. */
  readonly projectId: string;
  /** When a deadline by the clock passes: epoch milliseconds. */
  readonly deadlineMs: number;
  /** The messages of the service that have come, each once. */
  readonly received: () => readonly TargetMessage[];
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface Played {
  /** What is wrong, a line each. */
  readonly wrong: readonly string[];
  /** How many messages were expected. */
  readonly messages: number;
}

/** The emulators took so long that the deadline by the clock passed before all events were there. */
export class LateError extends Error {}

/** For what follows a deadline, on a machine that has other things to do, too. */
const PATIENCE_MS = 90_000;

/**
 * Sends the events one after the other and waits for as many messages as are expected.
 *
 * @throws LateError
 */
export async function playExample(example: Example, stage: Stage): Promise<Played> {
  const { base, service, deadlineMs, received, signal } = stage;
  const path = encodeURIComponent(service.serviceName);
  // The first call of a function starts its process, which would look like a pause between events.
  await fetch(`${base}/event/${path}/starts-the-process`, { method: "POST", signal });

  for (const event of example.events) await send(event, stage);
  const { at, seconds = 0 } = service.deadline ?? {};
  const isDaily = at !== undefined;
  if (isDaily && Date.now() >= deadlineMs) throw new LateError();

  const closedMs = isDaily ? deadlineMs : Date.now() + seconds * 1000;
  const lastMs = closedMs + PATIENCE_MS;
  const isOver = (): boolean => received().length >= example.expected.length || Date.now() > lastMs;
  await waitFor(
    "the messages",
    () => {
      signal.throwIfAborted();
      return isOver() || undefined;
    },
    Infinity,
  );
  const wrong = differences(example.expected, received().map(outcomeOf));
  return { wrong: [...wrong, ...(await leftOpen(stage))], messages: example.expected.length };
}

/** Each event is in a message: a manual trigger would find nothing. */
async function leftOpen({ base, service, signal }: Stage): Promise<string[]> {
  const url = `${base}/trigger/${encodeURIComponent(service.serviceName)}`;
  const response = await fetch(url, { method: "POST", signal });
  const text = await response.text();
  const { triggered } = JSON.parse(text) as { readonly triggered?: number };
  return triggered === 0 ? [] : [`events are left that no message holds: ${text}`];
}

/** Sends an event. @throws Error if it is not accepted */
export async function send(
  { path, headers, body }: ExampleEvent,
  { base, service, print, signal }: Stage,
): Promise<void> {
  const url = `${base}/event/${encodeURIComponent(service.serviceName)}/${path}`;
  const text = JSON.stringify(body);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
    signal,
  });
  const named = Object.entries(headers ?? {}).map(([name, value]) => ` ${name}: ${value}`);
  print(`POST ${url}${named.join("")} ${text}\n  → ${String(response.status)}`);
  const answer = await response.text();
  if (response.status !== 202) throw new Error(`the event was answered with ${answer}`);
}

/** Collects messages by service. A message may come twice; its `eventID` says so. */
export class Received {
  readonly #messages = new Map<string, TargetMessage>();
  readonly #print: (text: string) => void;
  readonly #quiet: ReadonlySet<string>;

  /** @param quiet services whose messages are not printed */
  constructor(print: (text: string) => void, quiet: ReadonlySet<string>) {
    this.#print = print;
    this.#quiet = quiet;
  }

  add(message: TargetMessage): void {
    const id = message.attributes["eventID"] ?? "";
    if (this.#messages.has(id)) return;
    this.#messages.set(id, message);
    if (this.#quiet.has(message.attributes["serviceName"] ?? "")) return;
    this.#print(
      `\nThe event sync message, received on ${message.topic}:\n${renderMessage(message)}`,
    );
  }

  of(serviceName: string): TargetMessage[] {
    return [...this.#messages.values()].filter(
      ({ attributes }) => attributes["serviceName"] === serviceName,
    );
  }
}
