/** The examples of docs/examples: what each sends, and the messages that must come of it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { SyncMessage } from "../src/domain/syncMessage.ts";
import { readFile } from "./configFiles.ts";
import type { TargetMessage } from "./localCloud.ts";
import { REPOSITORY_ROOT } from "./paths.ts";

export const EXAMPLES_DIR = join(REPOSITORY_ROOT, "docs", "examples");

/** An event, a line of `events.ndjson`; `path` is what follows `/event/<service>/`. */
export interface ExampleEvent {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** What `expected.json` says of a message: all of it that is the same in every run. */
export interface Outcome {
  readonly topic: string;
  readonly key: string | undefined;
  readonly reason: string;
  readonly missing: SyncMessage["completion"]["missing"];
  /** The JSON of the events' bodies, by endpoint; endpoints without events are left out. */
  readonly events: Readonly<Record<string, readonly unknown[]>>;
}

export interface Example {
  readonly name: string;
  /** A service, as it is written in `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** None where the example is more than events that are sent one after the other: see `example.ts`. */
  readonly events: readonly ExampleEvent[];
  readonly expected: readonly Outcome[];
}

/** The names of all examples. */
export function exampleNames(): string[] {
  return readdirSync(EXAMPLES_DIR);
}

/** @throws Error that says which file cannot be read, or which examples there are */
export function loadExample(name: string): Example {
  const names = exampleNames();
  if (!names.includes(name)) {
    throw new Error(`there is no example ${JSON.stringify(name)}, only ${names.join(", ")}`);
  }
  const read = (file: string): string => readFile(join(EXAMPLES_DIR, name, file));
  const has = (file: string): boolean => existsSync(join(EXAMPLES_DIR, name, file));
  return {
    name,
    config: JSON.parse(read("config.json")) as Example["config"],
    events: (has("events.ndjson") ? read("events.ndjson").trimEnd().split("\n") : []).map(
      (line) => JSON.parse(line) as ExampleEvent,
    ),
    expected: has("expected.json") ? (JSON.parse(read("expected.json")) as Outcome[]) : [],
  };
}

/**
 * The configuration with its deadline at another time of day: nobody can wait for 06:00. As it is, if it
 * names none.
 *
 * @param ms epoch milliseconds, of which whole seconds count
 */
export function withDeadlineAt(config: Example["config"], ms: number): Example["config"] {
  const deadline = config["deadline"] as { at?: string; timeZone?: string } | undefined;
  if (deadline?.at === undefined) return config;
  const { timeZone } = deadline;
  const at = new Date(ms).toLocaleTimeString("en-GB", { ...(timeZone && { timeZone }) });
  return { ...config, deadline: { ...deadline, at } };
}

/**
 * The configuration with the servers that it calls on this machine at another port, since theirs may be
 * taken. As it is, if it calls none.
 */
export function withServersAt(config: Example["config"], port: number): Example["config"] {
  const targets = config["targets"] as readonly { readonly url?: string }[] | undefined;
  if (targets === undefined) return config;
  const moved = targets.map(({ url, ...rest }) => ({
    ...rest,
    ...(url !== undefined && {
      url: url.replace(/^(http:\/\/127\.0\.0\.1):\d+/, `$1:${String(port)}`),
    }),
  }));
  return { ...config, targets: moved };
}

export function outcomeOf({ topic, data }: TargetMessage): Outcome {
  const { completion, events, key } = JSON.parse(data) as SyncMessage;
  const bodies = Object.entries(events).flatMap(([eventKey, { events: list = [] }]) =>
    list.length === 0 ? [] : [[eventKey, list.map((event): unknown => JSON.parse(event.content))]],
  );
  const { reason, missing } = completion;
  return { topic, key, reason, missing, events: Object.fromEntries(bodies) as Outcome["events"] };
}

/** What is wrong, a line each: messages that did not come, and those that should not have. In any order. */
export function differences(expected: readonly Outcome[], received: readonly Outcome[]): string[] {
  const rest = [...received];
  const absent = expected.filter((outcome) => {
    const index = rest.findIndex((each) => isDeepStrictEqual(each, outcome));
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
  return [
    ...absent.map((outcome) => `expected, but did not come: ${JSON.stringify(outcome)}`),
    ...rest.map((outcome) => `came, but is not expected: ${JSON.stringify(outcome)}`),
  ];
}
