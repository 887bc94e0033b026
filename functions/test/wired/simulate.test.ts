import assert from "node:assert/strict";
import type { QueryDocumentSnapshot, Timestamp } from "@google-cloud/firestore";

import { Random } from "../../testkit/hostile/random.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { startAlarmClock } from "../../tools/localCloud.ts";
import { baseUrl, call, db, serviceNamed, type Answer } from "../support/wired.ts";
import { PROJECT, WIRED_SERVICES } from "../support/wiredServices.ts";

/** An entry, as it was sent and answered. */
type Sent = Readonly<Record<string, unknown>> & { readonly at: string };

/** A sync, as it is stored or simulated. */
interface Made {
  readonly key: string;
  readonly eventID: string;
  readonly reason: string;
  readonly complete: boolean;
  readonly events: Readonly<Record<string, readonly string[]>>;
}

/** Of the service without keys. */
const PERIOD_MS = 10_000;

const json = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });

async function postEvent(
  service: string,
  eventKey: string,
  headers: Record<string, string> = {},
  body: object = {},
): Promise<Sent> {
  const text = JSON.stringify(body);
  const answer = await call(`/event/${service}/${eventKey}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
  assert.equal(answer.status, 202, answer.text);
  const { eventId, receivedAt } = answer.json;
  return { at: String(receivedAt), id: eventId, service, eventKey, headers, body };
}

async function post(path: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await call(path, { method: "POST" });
  assert.ok(answer.status < 300, answer.text);
  return answer.json;
}

const syncsOf = async (service: string): Promise<readonly QueryDocumentSnapshot[]> =>
  (await db.collection(`services/${service}/syncs`).get()).docs;

function storedAs(sync: QueryDocumentSnapshot): Made {
  const endpoints = sync.get("endpoints") as { eventKey: string; events: readonly string[] }[];
  const some = endpoints.filter(({ events }) => events.length > 0);
  return {
    key: String(sync.get("key") ?? ""),
    eventID: String(sync.get("eventID")),
    reason: String(sync.get("completion.reason")),
    complete: Boolean(sync.get("completion.complete")),
    events: Object.fromEntries(some.map(({ eventKey, events }) => [eventKey, events])),
  };
}

function simulatedAs(fired: unknown): Made[] {
  return (fired as readonly (Omit<Made, "key"> & { readonly key?: string })[]).map((one) => {
    const { key = "", eventID, reason, complete, events } = one;
    return { key, eventID, reason, complete, events };
  });
}

const inOrder = (made: readonly Made[]): Made[] =>
  made.toSorted((a, b) => (a.eventID < b.eventID ? -1 : 1));

async function simulate(service: string, events: readonly Sent[], more: object = {}) {
  const answer = await call(`/config/${service}/simulate`, json({ events, until: "end", ...more }));
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/** All that was sent is in a sync, expired or reset; what the system made of it is what was simulated. */
async function agrees(service: string, sent: readonly Sent[]): Promise<Made[]> {
  const fired = simulatedAs((await simulate(service, sent)).json["fired"]);
  assert.ok(fired.length > 0);
  const stored = await waitFor(`the syncs of ${service}`, async () => {
    const docs = await syncsOf(service);
    const isWhole = docs.every((doc) => doc.get("state") !== "claiming");
    return isWhole && docs.length >= fired.length ? docs : undefined;
  });
  assert.deepEqual(inOrder(stored.map(storedAs)), inOrder(fired));
  return fired;
}

describe("what is simulated, beside what the wired system makes of the same events", function () {
  this.timeout(150_000);
  let alarms: ReturnType<typeof startAlarmClock>;
  before(() => {
    alarms = startAlarmClock(baseUrl(), PROJECT, [serviceNamed("simulated")]);
  });
  after(() => alarms.stop());

  it("is the same, sync for sync: keys, a filter, a deadline, a reset in between", async () => {
    const random = new Random(20_260_105);
    const service = "simulated";
    const sent: Sent[] = [];
    const sendSome = async (): Promise<void> => {
      for (let index = 0; index < 20; index++) {
        const eventKey = random.pick(["a", "b", "b", "note"]);
        const headers = { "X-Id": random.pick(["1", "2", "3", "4", "5"]) };
        sent.push(await postEvent(service, eventKey, headers, { n: random.int(-1, 2) }));
      }
    };
    await sendSome();
    const { resetAt } = await post(`/reset/${service}`);
    sent.push({ at: String(resetAt), service, action: "reset" });
    await sendSome();
    // What is left closes at its deadline, and what comes then is of other windows.
    const closedAtMs = Date.parse(sent.at(-1)?.at ?? "") + 3000;
    await waitFor("the deadlines", () => (Date.now() > closedAtMs ? true : undefined));
    await sendSome();
    const fired = await agrees(service, sent);
    const reasons = new Set(fired.map(({ reason }) => reason));
    assert.deepEqual([...reasons].toSorted(), ["complete", "deadline"]);

    // The same of what is stored, whose keys are computed anew.
    const [first, last] = [sent[0]?.at, sent.at(-1)?.at];
    const to = new Date(Date.parse(last ?? "") + 60_000).toISOString();
    const replay = await call(`/syncs/${service}/replay`, json({ from: first, to }));
    assert.equal(replay.status, 200, replay.text);
    const { fired: again, read, cutAt, resets } = replay.json;
    assert.deepEqual(inOrder(simulatedAs(again)), inOrder(fired));
    assert.deepEqual([read, cutAt, resets], [60, null, 1]);
    // It made none.
    assert.equal((await syncsOf(service)).length, fired.length);
  });

  it("is the same without keys: what expires is in no sync, and a trigger takes what is open", async () => {
    const service = "simulated-pair";
    const sent: Sent[] = [];
    for (const eventKey of ["a", "a", "b", "a"]) sent.push(await postEvent(service, eventKey));
    const leftAtMs = Date.parse(sent.at(-1)?.at ?? "") + PERIOD_MS;
    await waitFor("the last event to expire", () => (Date.now() > leftAtMs ? true : undefined));
    for (const eventKey of ["b", "b"]) sent.push(await postEvent(service, eventKey));
    const { syncId } = await post(`/trigger/${service}`);
    // When it looked, nothing else says.
    const made = await db.doc(`services/${service}/syncs/${String(syncId)}`).get();
    const at = (made.get("createdAt") as Timestamp).toDate().toISOString();
    sent.push({ at, service, action: "trigger" });
    const fired = await agrees(service, sent);
    const [first, last] = fired;
    assert.deepEqual([first?.reason, last?.reason], ["complete", "manual"]);
    // The event that was alone has expired before them.
    assert.deepEqual(Object.keys(last?.events ?? {}), ["b"]);
  });

  it("goes by a configuration that is proposed, and refuses a bad one", async () => {
    const [at, service] = ["2026-01-05T08:00:00Z", "simulated-pair"];
    const raw = WIRED_SERVICES.find(({ serviceName }) => serviceName === service);
    const events = [{ at, eventKey: "c" }];
    const config = { ...raw, endpoints: [{ eventKey: "c" }] };
    const { json: answer } = await simulate(service, events, { config });
    assert.equal((answer["fired"] as unknown[]).length, 1);

    const bad = { ...raw, endpoints: [] };
    const validation = await call("/config/validate", json(bad));
    assert.deepEqual([validation.status, validation.json["valid"]], [200, false]);
    const refused = await call(`/config/${service}/simulate`, json({ events, config: bad }));
    assert.equal(refused.status, 422);
    assert.deepEqual(refused.json["failures"], validation.json["problems"]);
  });

  it("is refused where it is asked for in a wrong way", async () => {
    const problems = async (asked: Promise<Answer>): Promise<unknown[]> => {
      const { status, json: body } = await asked;
      return [status, String(body["type"]).replace("urn:eventsync:problem:", "")];
    };
    const get = call("/config/simulated-pair/simulate");
    assert.deepEqual(await problems(get), [405, "method-not-allowed"]);
    const nobody = call("/config/nobody/simulate", json({ events: [] }));
    assert.deepEqual(await problems(nobody), [404, "unknown-service"]);
    const none = call("/config/simulated-pair/simulate", json({}));
    assert.deepEqual(await problems(none), [400, "invalid-body"]);
    const back = call("/syncs/simulated-pair/replay", json({ from: 1 }));
    assert.deepEqual(await problems(back), [400, "invalid-body"]);
  });
});
