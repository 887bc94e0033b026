/** What this version does beside a newer one that writes documents of a form of its own. */
import assert from "node:assert/strict";

import { REMOVED, type Documents, type Fields } from "../../src/adapters/firestore/documents.ts";
import { FORM } from "../../src/adapters/firestore/form.ts";
import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeEngine } from "../../src/app/engine.ts";
import type { Publisher } from "../../src/app/ports.ts";
import type { Rule } from "../../src/domain/rule.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { windowOf } from "../../src/domain/window.ts";
import { accepted, rule, uniqueId } from "./factories.ts";
import { fakeClock } from "./fakes.ts";
import { recordingLog } from "./recordingLog.ts";

const HOUR_MS = 3_600_000;

function instanceOn(documents: Documents) {
  const log = recordingLog();
  const clock = fakeClock();
  const messages: SyncMessage[] = [];
  let isTopicThere = true;
  const publisher: Publisher = {
    publish: ({ messages: batch }) =>
      isTopicThere
        ? Promise.resolve(
            batch.map((message) => ({
              status: "fulfilled",
              value: String(messages.push(message)),
            })),
          )
        : Promise.reject(new Error("no such topic")),
  };
  const newId = () => uniqueId("n");
  const ports = makeStorePorts(documents, log);
  const engine = makeEngine({ ...ports, publisher, clock, newId, log });
  const service = rule({ serviceName: uniqueId("svc") });
  const root = `services/${service.serviceName}`;
  return {
    log,
    clock,
    messages,
    engine,
    ports,
    service,
    root,
    setTopic: (isThere: boolean) => {
      isTopicThere = isThere;
    },
    store: async (configured: Rule, eventKey: string) =>
      (await engine.storeEvent(configured, accepted({ eventKey }))).eventId,
    fieldsOf: async (path: string): Promise<Fields | undefined> => {
      const [doc] = await documents.get([path]);
      return doc?.fields;
    },
    /** As a newer version would have left it. */
    renew: async (path: string, fields: Fields = {}): Promise<void> => {
      await documents.commit([{ kind: "update", path, fields: { ...fields, v: FORM + 1 } }]);
    },
    /** As if this version had written it. */
    age: async (path: string): Promise<void> => {
      await documents.commit([{ kind: "update", path, fields: { v: FORM } }]);
    },
    /** As nobody has written it. */
    spoil: async (path: string): Promise<void> => {
      await documents.commit([{ kind: "update", path, fields: { v: REMOVED } }]);
    },
    /** Oldest first. */
    syncs: () =>
      documents.query({
        from: { collection: `${root}/syncs` },
        orderBy: "createdAt",
        direction: "asc",
      }),
  };
}

/** @param open documents that nobody else uses */
export function describeNewerForm(open: () => Documents): void {
  const NEWER = { code: "newer-document", httpStatus: 503 };

  for (const field of ["whole", "renamed"] as const) {
    it(`leaves a newer marker alone, and the other events go on without it (fields ${field})`, async () => {
      const { engine, service, store, renew, fieldsOf, log, messages, root } = instanceOn(open());
      const id = await store(service, "a");
      const path = `${root}/pending/${id}`;
      await renew(path, field === "renamed" ? { size: { bytes: 5 } } : {});
      const before = await fieldsOf(path);
      await store(service, "b");
      assert.equal((await engine.checkWindow(service, windowOf(service))).outcome, "waiting");
      assert.deepEqual(log.of("documents.leftAlone"), [
        { service: service.serviceName, kind: "pending", count: 1 },
      ]);
      await store(service, "a");
      assert.equal((await engine.checkWindow(service, windowOf(service))).outcome, "fired");
      assert.equal(messages[0]?.events["a"]?.numberOfEvents, 1);
      assert.deepEqual(await fieldsOf(path), before);
      assert.equal(log.of("pending.setAside").length, 0);
    });
  }

  it("does not take a newer marker for a kept event either", async () => {
    const made = instanceOn(open());
    const kept = {
      ...made.service,
      trigger: { ...made.service.trigger, keepEventAfterTrigger: true },
    };
    const id = await made.store(kept, "a");
    await made.renew(`${made.root}/pending/${id}`);
    await made.store(kept, "b");
    assert.equal((await made.engine.checkWindow(kept, windowOf(kept))).outcome, "waiting");
    assert.equal(made.log.of("documents.leftAlone").length, 1);
    assert.equal((await made.fieldsOf(`${made.root}/pending/${id}`))?.["exported"], false);
  });

  it("does not remove a newer marker that has expired by the rule it knows", async () => {
    const { engine, service, store, renew, fieldsOf, clock, root } = instanceOn(open());
    const newer = await store(service, "a");
    const own = await store(service, "a");
    await renew(`${root}/pending/${newer}`);
    clock.advance(2 * HOUR_MS);
    const { expired, errors } = await engine.sweep([service]);
    assert.deepEqual([expired, errors], [1, 0]);
    assert.ok(await fieldsOf(`${root}/pending/${newer}`));
    assert.equal(await fieldsOf(`${root}/pending/${own}`), undefined);
  });

  it("sets a marker without a form aside", async () => {
    const { engine, service, store, spoil, fieldsOf, root, log } = instanceOn(open());
    const id = await store(service, "a");
    await store(service, "b");
    await spoil(`${root}/pending/${id}`);
    assert.equal((await engine.checkWindow(service, windowOf(service))).outcome, "waiting");
    assert.equal(log.of("pending.setAside").length, 1);
    assert.equal((await fieldsOf(`${root}/malformed/${id}`))?.["v"], FORM);
  });

  it("does not take a newer sync that is due, publishes the others, and says so once", async () => {
    const { engine, service, store, renew, syncs, clock, log, messages, setTopic, ports } =
      instanceOn(open());
    setTopic(false);
    for (let pair = 0; pair < 3; pair++) {
      await store(service, "a");
      await store(service, "b");
      await engine.checkWindow(service, windowOf(service));
      clock.advance(1000);
    }
    setTopic(true);
    clock.advance(HOUR_MS);
    const [first, second] = await syncs();
    for (const sync of [first, second]) await renew(sync?.path ?? "", { state: "numbering" });
    const before = await syncs();
    const { published, errors } = await engine.sweep([service]);
    assert.deepEqual([published, errors, messages.length], [1, 0, 1]);
    assert.deepEqual(
      log.of("documents.leftAlone").filter(({ kind }) => kind === "sync"),
      [{ kind: "sync", count: 2 }],
    );
    assert.deepEqual((await syncs()).slice(0, 2), before.slice(0, 2));
    const { serviceName } = service;
    const nowMs = clock();
    await assert.rejects(
      ports.outbox.take(
        { serviceName, syncId: first?.id ?? "" },
        { nowMs, leaseUntilMs: nowMs + 1 },
      ),
      NEWER,
    );
    assert.equal(log.of("sync.setAside").length, 0);
    // Nor does the manual trigger, which would take what waits: it makes an empty one of its own.
    assert.equal((await engine.triggerSync(service, windowOf(service))).numberOfEvents, 0);
    assert.deepEqual((await syncs()).slice(0, 2), before.slice(0, 2));
  });

  it("does not replay a window whose service document it cannot read, and resets nothing", async () => {
    const { engine, service, store, renew, fieldsOf, clock, root, log, messages } =
      instanceOn(open());
    await engine.reset(service, windowOf(service));
    clock.advance(1000);
    await renew(root, { resets: { byKey: [] } });
    const before = await fieldsOf(root);
    const id = await store(service, "a");
    await store(service, "b");
    await assert.rejects(engine.checkWindow(service, windowOf(service)), NEWER);
    await assert.rejects(engine.triggerSync(service, windowOf(service)), NEWER);
    await assert.rejects(engine.reset(service, windowOf(service)), NEWER);
    clock.advance(2 * HOUR_MS);
    const { errors, expired } = await engine.sweep([service]);
    assert.deepEqual([errors, expired, messages.length], [1, 0, 0]);
    assert.match(String(log.of("sweep.stepFailed")[0]?.["error"]), /newer version of EventSync/);
    assert.ok(await fieldsOf(`${root}/pending/${id}`));
    assert.deepEqual(await fieldsOf(root), before);
  });

  it("does not publish a sync without the newer event in it, and publishes it whole later", async () => {
    const { engine, service, store, renew, age, clock, root, messages } = instanceOn(open());
    const id = await store(service, "a");
    await store(service, "b");
    await renew(`${root}/events/${id}`, { content: ["chunk"] });
    await engine.checkWindow(service, windowOf(service));
    assert.equal(messages.length, 0);
    clock.advance(60_000);
    assert.equal((await engine.sweep([service])).failed, 1);
    await renew(`${root}/events/${id}`, { content: "hello" });
    await age(`${root}/events/${id}`);
    clock.advance(HOUR_MS);
    assert.equal((await engine.sweep([service])).published, 1);
    assert.equal(messages[0]?.events["a"]?.events?.[0]?.content, "hello");
    assert.equal(messages[0].truncated, undefined);
  });

  it("takes a newer event for a repeat all the same", async () => {
    const { engine, service, renew, fieldsOf, root } = instanceOn(open());
    const request = accepted({ idempotencyKey: "once" });
    const { eventId } = await engine.storeEvent(service, request);
    const path = `${root}/events/${eventId}`;
    await renew(path, { receivedAt: "then" });
    assert.equal((await engine.storeEvent(service, request)).duplicate, true);
    assert.equal((await fieldsOf(path))?.["v"], FORM + 1);
  });
}
