/**
 * What a status says is held against the reference, in its plainest words, and against what a check at the same
 * moment makes, on a copy of what there is: for any events, rule, resets, and checks that were late or lost.
 */
import assert from "node:assert/strict";
import fc from "fast-check";

import { makeStorePorts } from "../../src/adapters/firestore/ports.ts";
import { makeWindow } from "../../src/adapters/firestore/window.ts";
import { makeWindowLooks } from "../../src/adapters/firestore/windowLooks.ts";
import { timesOfDay } from "../../src/adapters/timeOfDay.ts";
import { makeEngine, type Engine } from "../../src/app/engine.ts";
import { lookAtLarge } from "../../src/app/operate/lookAtLarge.ts";
import { lookAtMany, lookAtOne } from "../../src/app/operate/lookAtWindows.ts";
import { lookByKey } from "../../src/app/operate/lookByKey.ts";
import type { WindowLook } from "../../src/app/operate/lookAtWindow.ts";
import { needs, type Count } from "../../src/domain/condition.ts";
import type { Place } from "../../src/domain/event.ts";
import { addSeconds, type Rule } from "../../src/domain/rule.ts";
import type { WindowId } from "../../src/domain/window.ts";
import { MemoryDatabase } from "../../testkit/memoryDocuments.ts";
import { closings, satisfies, type Arrival } from "../../testkit/reference.ts";
import { accepted, endpoint, NOW, rule } from "../support/factories.ts";
import { modelCases, type ModelCase } from "../support/model.ts";
import { withoutPauses } from "../support/pauses.ts";
import { recordingLog } from "../support/recordingLog.ts";

const RUNS = 600;
const ENDPOINTS = ["a", "b", "c"];
const KEYS = ["k1", "/k2", "k3"];

interface StatusCase {
  readonly model: ModelCase;
  readonly kind: "taken" | "kept" | "manual" | "keptManual";
  /** After which events a check runs; what is not checked waits. */
  readonly checked: readonly boolean[];
  /** When somebody looks: so long after the last event. */
  readonly lookMs: number;
  readonly limit: number;
}

const statusCases: fc.Arbitrary<StatusCase> = fc.record({
  model: modelCases,
  kind: fc.constantFrom("taken", "taken", "taken", "kept", "manual", "keptManual"),
  checked: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
  lookMs: fc.oneof(
    fc.constantFrom(0, 1, 500, 1000, 1001, 60_000),
    fc.integer({ min: 0, max: 400_000 }),
  ),
  limit: fc.integer({ min: 1, max: 3 }),
});

function ruleOf({ model, kind }: StatusCase): Rule {
  const { needs: least, condition, periodSeconds, keys, deadline } = model;
  const isTaken = kind === "taken";
  return rule({
    endpoints: least.map((minNbOfOccurrence, index) =>
      endpoint(ENDPOINTS[index] ?? "", { minNbOfOccurrence }),
    ),
    ...(condition && { condition }),
    trigger: {
      observationPeriod: periodSeconds,
      type: kind === "manual" || kind === "keptManual" ? "none" : "window",
      keepEventAfterTrigger: kind === "kept" || kind === "keptManual",
    },
    deadLetterPubSub: { topic: "projects/demo-eventsync/topics/dead" },
    ...(deadline !== undefined && isTaken && { deadline }),
    ...(keys > 0 && { correlation: {} }),
  });
}

/** What waits at the end, with what is needed to look at it. */
class Scene {
  readonly database: MemoryDatabase;
  readonly rule: Rule;
  readonly arrivals: (Arrival & { readonly key: string; readonly isNew: boolean })[] = [];
  readonly resets: { readonly atMs: number; readonly key: string }[] = [];
  /** Events in syncs. */
  readonly taken = new Set<string>();
  nowMs = NOW;
  #ids = 0;

  constructor(of: Rule, database = new MemoryDatabase()) {
    this.rule = of;
    this.database = database;
  }

  ports(database = this.database) {
    const documents = database.documents();
    const log = recordingLog();
    return {
      ...makeStorePorts(documents, log),
      clock: () => this.nowMs,
      newId: () => `id${String(this.#ids++).padStart(18, "0")}`,
      timesOfDay: (...zone: Parameters<typeof timesOfDay>) => Promise.resolve(timesOfDay(...zone)),
      log,
    };
  }

  engine(database = this.database): { readonly engine: Engine; readonly syncs: () => string[][] } {
    const made: string[][] = [];
    const engine = makeEngine({
      ...this.ports(database),
      publisher: {
        publish: ({ messages }) =>
          Promise.resolve(
            messages.map((message) => {
              const of = Object.values(message.events).flatMap(({ events = [] }) => events);
              made.push(of.map(({ content }) => content));
              return { status: "fulfilled", value: "m" };
            }),
          ),
      },
    });
    return { engine, syncs: () => made };
  }

  looking() {
    const documents = this.database.documents();
    const log = recordingLog();
    return {
      ...this.ports(),
      window: makeWindow(documents, log, { scanPage: 2 }),
      looks: makeWindowLooks(documents, log),
    };
  }
}

async function play({ model, ...rest }: StatusCase): Promise<Scene> {
  const scene = new Scene(ruleOf({ model, ...rest }));
  const { engine, syncs } = scene.engine();
  const { rule: by } = scene;
  const service = by.serviceName;
  const entries = [
    ...timesOf(model).map((atMs, index) => ({ atMs, index, reset: undefined })),
    ...model.resets.map(({ ms, key }) => ({ atMs: NOW + ms, index: -1, reset: key })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const endMs = (timesOf(model).at(-1) ?? NOW) + rest.lookMs;
  for (const { atMs, index, reset } of entries) {
    if (atMs > endMs) break;
    scene.nowMs = atMs;
    if (reset !== undefined) {
      const key = model.keys > 0 ? (KEYS[reset] ?? "") : "";
      await engine.reset(by, { service, key });
      scene.resets.push({ atMs, key });
      continue;
    }
    const asked = model.events[index];
    if (asked === undefined) continue;
    const key = model.keys > 0 ? (KEYS[asked.key % model.keys] ?? "") : "";
    const eventKey = ENDPOINTS[asked.endpoint % model.needs.length] ?? "";
    const content = `e${String(index)}`;
    const request = accepted({ eventKey, content, ...(key !== "" && { key }) });
    const { eventId, receivedAtMs } = await engine.storeEvent(by, request);
    scene.arrivals.push({ id: eventId, eventKey, receivedAtMs, key, isNew: true });
    if (rest.checked[index] === true && by.trigger.type === "window") {
      await engine.checkWindow(by, { service, key }, { eventKey, receivedAtMs });
      const contents = new Set(syncs().flat());
      scene.arrivals.forEach((one, at) => {
        if (contents.has(`e${String(indexOf(entries, at))}`)) scene.taken.add(one.id);
      });
    }
  }
  scene.nowMs = Math.max(scene.nowMs, endMs);
  return scene;
}

/** The number of the event that came as the so-manieth. */
function indexOf(entries: readonly { readonly index: number }[], at: number): number {
  return entries.filter(({ index }) => index >= 0)[at]?.index ?? -1;
}

function timesOf({ events }: ModelCase): number[] {
  let atMs = NOW;
  return events.map(({ gapMs }) => (atMs += gapMs));
}

/** What the reference says of a window. */
interface Wanted {
  readonly ids: readonly string[];
  readonly isDue: boolean;
}

function wanted(scene: Scene, key: string): Wanted {
  const { rule: by, nowMs, taken } = scene;
  const { keepEventAfterTrigger, observationPeriod, type } = by.trigger;
  const arrivals = scene.arrivals.filter((one) => one.key === key);
  const resetsMs = scene.resets
    .filter((one) => one.key === "" || one.key === key)
    .map(({ atMs }) => atMs);
  const startMs = Math.max(addSeconds(nowMs, -observationPeriod), ...resetsMs);
  if (keepEventAfterTrigger || type === "none") {
    const open = arrivals.filter(({ receivedAtMs }) => receivedAtMs > startMs);
    const isNew = open.some(({ id }) => !taken.has(id));
    const isComplete = satisfies(by.condition, countOf(open));
    return { ids: open.map(({ id }) => id), isDue: type === "window" && isComplete && isNew };
  }
  const closed = closings(by, arrivals, resetsMs, nowMs);
  const left = closed.filter(({ ids }) => !ids.every((id) => taken.has(id)));
  const [first] = left;
  if (first !== undefined) return { ids: first.ids, isDue: true };
  const lastId = closed.at(-1)?.ids.at(-1);
  const behind = arrivals.findIndex(({ id }) => id === lastId) + 1;
  const open = arrivals.slice(behind).filter(({ receivedAtMs }) => receivedAtMs > startMs);
  return { ids: open.map(({ id }) => id), isDue: false };
}

function countOf(arrivals: readonly Arrival[]): Count {
  return (eventKey) => arrivals.filter((one) => one.eventKey === eventKey).length;
}

/** How many syncs a check at this moment makes, on a copy. */
async function firing(scene: Scene, id: WindowId): Promise<number> {
  const { engine, syncs } = scene.engine(scene.database.clone());
  if (scene.rule.trigger.type === "none") return 0;
  await engine.checkWindow(scene.rule, id);
  return syncs().length;
}

function agrees(scene: Scene, look: WindowLook, want: Wanted): void {
  const events = scene.arrivals.filter(({ id }) => want.ids.includes(id));
  const count = countOf(events);
  const asked = needs(scene.rule.condition);
  assert.deepEqual(
    look.endpoints.map(({ eventKey, have, need }) => [eventKey, have, need]),
    scene.rule.endpoints.map(({ eventKey }) => [
      eventKey,
      count(eventKey),
      asked.get(eventKey) ?? 0,
    ]),
  );
  assert.equal(look.missing === undefined, satisfies(scene.rule.condition, count));
  assert.equal(look.first?.id, want.ids[0]);
  assert.equal(look.lastMs, events.at(-1)?.receivedAtMs);
}

describe("a status, for any events, rule, resets and checks", function () {
  this.timeout(120_000);
  withoutPauses();

  const holds = (predicate: (case_: StatusCase) => Promise<void>): Promise<void> =>
    fc.assert(fc.asyncProperty(statusCases, predicate), { numRuns: RUNS, endOnFailure: true });

  it(`says what the reference does, and a check makes what it says is due (${String(RUNS)} runs)`, () =>
    holds(async (case_) => {
      const scene = await play(case_);
      const keys = case_.model.keys > 0 ? KEYS.slice(0, case_.model.keys) : [""];
      for (const key of keys) {
        const id = { service: scene.rule.serviceName, key };
        const look = await lookAtOne(scene.looking(), scene.rule, id);
        const want = wanted(scene, key);
        agrees(scene, look, want);
        assert.equal(look.due, await firing(scene, id));
        // A deadline waits a moment.
        if (scene.rule.deadline === undefined) assert.equal(look.due > 0, want.isDue);
      }
    }));

  it(`lists each window that is open once, the oldest first, or by key (${String(RUNS)} runs)`, () =>
    holds(async (case_) => {
      const scene = await play(case_);
      const { rule: by, nowMs } = scene;
      if (by.correlation === undefined) return;
      const listed: WindowLook[] = [];
      let after: Place | undefined;
      do {
        const { limit } = case_;
        const page = await lookAtMany(scene.looking(), by, { limit, after });
        assert.ok(page.windows.length <= limit);
        listed.push(...page.windows);
        after = page.next;
      } while (after !== undefined);
      const startMs = addSeconds(nowMs, -by.trigger.observationPeriod);
      const keysOf = (windows: readonly WindowLook[]): string[] => windows.map(({ key }) => key);
      const open: WindowLook[] = [];
      for (const key of KEYS) {
        const id = { service: by.serviceName, key };
        const look = await lookAtOne(scene.looking(), by, id);
        const want = wanted(scene, key);
        // Of one that is over, nothing may be left in the period by which it would be found.
        const isFound = scene.arrivals.some(
          (one) =>
            one.key === key &&
            one.receivedAtMs > startMs &&
            (by.trigger.keepEventAfterTrigger || !scene.taken.has(one.id)),
        );
        if (want.ids.length > 0 && isFound) open.push(look);
      }
      assert.deepEqual(keysOf(listed).toSorted(), keysOf(open).toSorted());
      for (const look of listed) {
        assert.deepEqual(
          look,
          open.find(({ key }) => key === look.key),
        );
      }
      const byKey: WindowLook[] = [];
      let behind: string | undefined;
      do {
        const { limit } = case_;
        const page = await lookByKey(scene.looking(), by, { limit, after: behind });
        assert.ok(page.windows.length <= limit);
        byKey.push(...page.windows);
        behind = page.next;
      } while (behind !== undefined);
      assert.deepEqual(
        byKey,
        open.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      );
      // One that is over stands where its oldest event stands that is not.
      const times = listed
        .flatMap(({ first }) => first?.receivedAtMs ?? [])
        .filter((ms) => ms > startMs);
      assert.deepEqual(
        times,
        times.toSorted((x, y) => x - y),
      );
    }));

  it(`says of a large window by counts what it says of one that is read (${String(RUNS)} runs)`, () =>
    holds(async (case_) => {
      const scene = await play(case_);
      const { rule: by, nowMs } = scene;
      if (by.deadline !== undefined) return;
      for (const key of case_.model.keys > 0 ? KEYS : [""]) {
        const id = { service: by.serviceName, key };
        const deps = scene.looking();
        const whole = await lookAtOne(deps, by, id);
        const state = await deps.services.read(id);
        const { due, ...large } = await lookAtLarge(deps, by, id, state, nowMs);
        assert.equal(due > 0, whole.due > 0);
        assert.deepEqual({ ...large, due: whole.due }, whole);
      }
    }));
});
