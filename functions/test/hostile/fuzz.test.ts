/**
 * Thousands of requests that are drawn from the OpenAPI document, right ones and nearly right ones, to all HTTP
 * functions. `HOSTILE_SEED` repeats a run; what fails is made as small as it can be, and told as it was sent.
 */
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PubSub } from "@google-cloud/pubsub";
import fc from "fast-check";

import { FunctionServer } from "../../testkit/functionServer.ts";
import { send, type Answered } from "../../testkit/http.ts";
import { everyDocument } from "../../testkit/everyDocument.ts";
import { Pools, type Wire } from "../../testkit/openapi/pools.ts";
import { requests, type Drawn, type Named } from "../../testkit/openapi/requests.ts";
import { Values } from "../../testkit/openapi/values.ts";
import { answer, Receiver } from "../../testkit/receiver.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { FUNCTIONS_DIR } from "../../tools/paths.ts";
import { described } from "../support/described.ts";
import { emulatorVariable, uniqueProject } from "../support/store.ts";

const SEED = Number(process.env["HOSTILE_SEED"] ?? "20261121");
const REQUESTS = 2000;
/** What is sent again, at a time. */
const CONCURRENCY = 8;
const READS = 200;

const PROJECT = uniqueProject();
const TOPIC = `projects/${PROJECT}/topics/target`;

/** One for each of what functions do differently. @param url of a server that takes whatever it gets */
function services(url: string) {
  const trigger = { type: "window", observationPeriod: 3600 };
  const pair = [{ eventKey: "a" }, { eventKey: "b/c" }];
  const correlation = { key: { header: "X-Id" } };
  return [
    { serviceName: "first", endpoints: pair, trigger, targetPubSub: { topic: TOPIC } },
    {
      serviceName: "é %2F",
      endpoints: [{ eventKey: "x", acceptedHttpMethods: ["GET", "POST", "OPTIONS", "HEAD"] }],
      trigger: { ...trigger, keepEventAfterTrigger: true },
      cors: { origins: ["*"] },
      receipts: { subscriptions: ["loud", "silent"] },
      targetPubSub: { topic: TOPIC },
    },
    { serviceName: "keyed", endpoints: pair, trigger, correlation, targetPubSub: { topic: TOPIC } },
    {
      serviceName: "content",
      endpoints: [{ eventKey: "a", schema: { type: ["object", "string"] }, filter: "body.n > 0" }],
      trigger: { ...trigger, type: "none" },
      targetPubSub: { topic: `${TOPIC}-that-is-not-there` },
    },
    {
      serviceName: "sent",
      endpoints: [{ eventKey: "a" }],
      trigger,
      correlation: { ...correlation, withoutKey: "ignore" },
      deadline: { seconds: 600 },
      receipts: { subscriptions: ["loud"] },
      targets: [
        {
          name: "web",
          kind: "http",
          url,
          allowPrivate: true,
          ordered: "key",
          retry: { maxAttempts: 1 },
        },
        { name: "topic", kind: "pubsub", topic: TOPIC },
        { name: "log", kind: "pull" },
      ],
    },
  ];
}

describe("requests drawn from the OpenAPI document", function () {
  this.timeout(180_000);
  const pools = new Pools();
  const agent = new Agent({ keepAlive: true });
  const listing = (): Promise<Map<string, string>> =>
    everyDocument(emulatorVariable("FIRESTORE_EMULATOR_HOST"), PROJECT);
  /**
   * What was refused, and some of what only reads: neither may write. Not what was refused for the state that
   * something is in: the same may be taken later.
   */
  const harmless: { readonly wire: Wire; readonly status: number }[] = [];
  let reads = 0;
  let receiver: Receiver;
  let server: FunctionServer;
  let configured: Named[];

  before(async () => {
    receiver = await Receiver.start({ behaving: () => answer(500) });
    const tasks = new URL(receiver.url).host;
    configured = services(receiver.url);
    const pubsub = new PubSub({ projectId: PROJECT });
    await pubsub.createTopic(TOPIC);
    await pubsub.close();
    server = await FunctionServer.start({
      source: join(FUNCTIONS_DIR, "testkit/allFunctions.ts"),
      isFramed: false,
      target: "all",
      projectId: PROJECT,
      flags: ["--import", pathToFileURL(join(FUNCTIONS_DIR, "test/support/loopbackOnly.ts")).href],
      env: { CONFIG: JSON.stringify(configured), CLOUD_TASKS_EMULATOR_HOST: tasks },
    });
  });
  after(async () => {
    agent.destroy();
    await server.stop();
    await receiver.stop();
  });

  /** Sends it, holds the answer against the document, and learns from it. */
  async function ask(wire: Wire): Promise<Answered> {
    const { method, path, headers, body } = wire;
    const answered = await send(server.url, {
      ...{ method, path, headers, agent },
      ...(body !== undefined && { body }),
      // A stream goes on for long: its first page is enough.
      isEnough: (text) => text.startsWith("retry:") && text.split("\n\n").length > 2,
    });
    const { status, text } = answered;
    assert.ok(status < 500, `${method} ${path} is answered with ${String(status)}: ${text}`);
    described.check({ method, path, headers: byName(headers), body: body?.toString() }, answered);
    return answered;
  }

  const statuses = new Map<number, number>();

  it(`are never a failure, and answered as described: seed ${String(SEED)}`, async () => {
    const drawn = requests(
      described.operations,
      new Values(described.validators.document),
      configured,
    );
    await fc.assert(
      fc.asyncProperty(drawn, async (one: Drawn) => {
        const wire = pools.toWire(one);
        const { status, headers, text } = await ask(wire);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (/json/.test(String(headers["content-type"])) && text !== "")
          pools.learn(JSON.parse(text));
        if (status >= 400 && status !== 409) harmless.push({ wire, status });
        else if (isRead(wire) && ++reads <= READS) harmless.push({ wire, status });
      }),
      { seed: SEED, numRuns: REQUESTS },
    );
    const seen = Array.from(statuses, ([status, count]) => `${String(count)} × ${String(status)}`);
    process.stdout.write(`      answers: ${seen.join(", ")}\n`);
  });

  it("store nothing where they are refused, or only read", async () => {
    const before = await settled(listing);
    await inTurns(harmless, async ({ wire, status }) => {
      const again = await ask(wire);
      assert.equal(again.status, status, `${wire.method} ${wire.path} is not answered as before`);
    });
    const changes = differences(before, await settled(listing));
    if (changes.length === 0) return;
    for (const { wire } of harmless) {
      const last = await listing();
      await ask(wire);
      const { method, path, body } = wire;
      assert.deepEqual(differences(last, await listing()), [], `${method} ${path} ${String(body)}`);
    }
    assert.deepEqual(changes, []);
  });

  /** Its requests one after the other, beside those of others. */
  async function inTurns<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
    const workers = Array.from({ length: CONCURRENCY }, async (_, first) => {
      for (let index = first; index < all.length; index += CONCURRENCY) await run(all[index]!);
    });
    await Promise.all(workers);
  }
});

function byName(headers: readonly string[]): Record<string, string> {
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1] ?? ""] as const] : [],
  );
  return Object.fromEntries(pairs);
}

function isRead({ method, path }: Wire): boolean {
  return method === "GET" && /^\/(config|deliveries|rates|status|syncs|events)\b/.test(path);
}

/** What goes on behind an answer has ended when nothing changes any more. */
function settled(listing: () => Promise<Map<string, string>>): Promise<Map<string, string>> {
  let last: Map<string, string> | undefined;
  return waitFor("a database in which nothing changes", async () => {
    const [before, now] = [last, await listing()];
    last = now;
    return before && differences(before, now).length === 0 ? now : undefined;
  });
}

function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => `${path}: ${a.get(path) ?? "nothing"} → ${b.get(path) ?? "nothing"}`);
}
