import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { DocumentSnapshot, Timestamp } from "@google-cloud/firestore";
import { Webhook } from "standardwebhooks";

import { parseConfig } from "../../src/config/parse.ts";
import type { SyncMessage } from "../../src/domain/syncMessage.ts";
import { Inbox } from "../../testkit/inbox.ts";
import { answer, Receiver, type Behaving, type ReceivedCall } from "../../testkit/receiver.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { startAlarmClock } from "../../tools/localCloud.ts";
import { emulatorVariable } from "../support/store.ts";
import { baseUrl, call, db, send } from "../support/wired.ts";
import { PROJECT } from "../support/wiredServices.ts";
import {
  RECEIVER_PORT,
  TARGET_SECRETS,
  TARGET_TOPICS,
  targetServices,
} from "../support/wiredTargets.ts";

/** A delivery as it is stored. */
interface Stored {
  readonly state: string;
  readonly attempt: number;
  readonly attempts: readonly {
    readonly at: Timestamp;
    readonly status?: number;
    readonly error?: string;
    readonly answer?: string;
    readonly headers?: readonly { readonly name: string; readonly value: string }[];
  }[];
  readonly nextAttemptAt?: Timestamp;
}

const MB = 1024 * 1024;

/** What may be on its way in sockets and buffers when a connection is closed. */
const ON_ITS_WAY_BYTES = 20 * MB;

describe("targets, on the emulator suite", () => {
  const port = Number(emulatorVariable(RECEIVER_PORT));
  /** What becomes of the calls at a path. */
  const behaving = new Map<string, Behaving>();
  let receiver: Receiver;
  let alarms: ReturnType<typeof startAlarmClock>;
  const inboxes: Inbox[] = [];
  before(async () => {
    receiver = await Receiver.start({
      port,
      behaving: (received) => {
        const path = pathOf(received);
        const now = behaving.get(path) ?? answer(200);
        return typeof now === "function" ? now(received, callsAt(path).length - 1) : now;
      },
    });
    const { services } = parseConfig(JSON.stringify(targetServices(port)));
    alarms = startAlarmClock(baseUrl(), PROJECT, services);
  });
  after(async () => {
    await alarms.stop();
    await receiver.stop();
    await Promise.all(inboxes.map((inbox) => inbox.close()));
  });

  const pathOf = ({ path }: ReceivedCall): string => path.split("?")[0] ?? "";
  const callsAt = (path: string): ReceivedCall[] =>
    receiver.calls.filter((received) => pathOf(received) === path);

  const listen = async (topic: string): Promise<Inbox> => {
    const inbox = await Inbox.create(topic);
    inboxes.push(inbox);
    return inbox;
  };

  /** The deliveries of a target, the oldest first. */
  const deliveriesOf = async (service: string, target: string): Promise<Stored[]> => {
    const all = db.collection(`services/${service}/deliveries`);
    const { docs } = await all.where("target", "==", target).get();
    const createdMs = (doc: DocumentSnapshot): number =>
      (doc.get("createdAt") as Timestamp).toMillis();
    return docs.toSorted((a, b) => createdMs(a) - createdMs(b)).map((doc) => doc.data() as Stored);
  };
  /** Waits until the first one is as it is asked for. */
  const delivery = (
    target: string,
    isSo: (stored: Stored) => boolean,
    service = "targets",
  ): Promise<Stored> =>
    waitFor(`the delivery to ${target}`, async () => {
      const [stored] = await deliveriesOf(service, target);
      return stored !== undefined && isSo(stored) ? stored : undefined;
    });
  const is =
    (state: string) =>
    (stored: Stored): boolean =>
      stored.state === state;
  const statuses = ({ attempts }: Stored): unknown[] =>
    attempts.map(({ status, error }) => status ?? error?.split(":")[0]);
  const messageOf = ({ body }: ReceivedCall): SyncMessage =>
    JSON.parse(body.toString()) as SyncMessage;

  describe("of one sync, each with a server that behaves in its own way,", () => {
    let own: Inbox;
    let copy: Inbox;
    let dead: Inbox;
    let connections: number;
    const at = (name: string): string => `/targets/${name}`;
    before(async () => {
      own = await listen(TARGET_TOPICS.target);
      copy = await listen(TARGET_TOPICS.copy);
      dead = await listen(TARGET_TOPICS.undeliverable);
      const inTurn =
        (...turns: readonly Exclude<Behaving, (...args: never[]) => unknown>[]): Behaving =>
        (_, index) =>
          turns[index] ?? answer(200);
      for (const [name, does] of Object.entries<Behaving>({
        recovers: inTurn(answer(500), answer(404)),
        hangs: { does: "hang" },
        slow: { does: "trickle", body: "slowly", everyMs: 300 },
        "too-slow": { does: "trickle", body: "x".repeat(1000), everyMs: 100 },
        closes: { does: "closeBefore" },
        "breaks-off": inTurn({ does: "closeAfter" }),
        redirects: answer(302, "", { location: `${receiver.url}/targets/elsewhere` }),
        floods: { does: "flood", bytes: 100 * MB },
        gone: answer(410),
        "asks-for-time": inTurn(answer(429, "", { "retry-after": "4" })),
        fails: answer(503, "é".repeat(2000), { "x-reason": "closed for today" }),
      })) {
        behaving.set(at(name), does);
      }
      connections = receiver.connections;
      await send("targets/only", "for all of them");
    });

    it("arrives where it is taken, once", async () => {
      const stored = await delivery("works", is("delivered"));
      assert.deepEqual([stored.attempt, statuses(stored)], [1, [200]]);
      const [received, ...others] = callsAt(at("works"));
      assert.equal(others.length, 0);
      assert.ok(received !== undefined);
      const { headers } = received;
      assert.equal(headers["content-type"], "application/json");
      assert.equal(headers["idempotency-key"], messageOf(received).eventID);
      const [event] = messageOf(received).events["only"]?.events ?? [];
      assert.equal(event?.content, "for all of them");
    });

    it("is repeated where it fails, with the same id and bytes, until it succeeds", async () => {
      const stored = await delivery("recovers", is("delivered"));
      assert.deepEqual([stored.attempt, statuses(stored)], [3, [500, 404, 200]]);
      const calls = callsAt(at("recovers"));
      assert.equal(calls.length, 3);
      assert.equal(new Set(calls.map(({ body }) => body.toString("hex"))).size, 1);
      assert.equal(new Set(calls.map(({ headers }) => headers["idempotency-key"])).size, 1);
    });

    it("is given up where nobody answers in time, from the first byte to the last", async () => {
      for (const name of ["hangs", "too-slow"]) {
        const stored = await delivery(name, is("undeliverable"));
        assert.deepEqual(statuses(stored), ["timeout"], name);
      }
    });

    it("arrives where the answer is slow, but in time", async () => {
      assert.deepEqual(statuses(await delivery("slow", is("delivered"))), [200]);
    });

    it("has not arrived where the connection is closed, before the answer or in it", async () => {
      assert.deepEqual(statuses(await delivery("closes", is("undeliverable"))), ["connection"]);
      const stored = await delivery("breaks-off", is("delivered"));
      assert.deepEqual(statuses(stored), ["connection", 200]);
    });

    it("does not follow a redirect", async () => {
      assert.deepEqual(statuses(await delivery("redirects", is("undeliverable"))), [302]);
      assert.deepEqual(callsAt(at("elsewhere")), []);
    });

    it("reads no more of an answer than it needs", async () => {
      assert.deepEqual(statuses(await delivery("floods", is("delivered"))), [200]);
      assert.ok(receiver.bytesWritten > 0);
      assert.ok(receiver.bytesWritten < ON_ITS_WAY_BYTES, String(receiver.bytesWritten));
    });

    it("waits as long as it is asked to", async () => {
      const stored = await delivery("asks-for-time", is("delivered"));
      assert.deepEqual(statuses(stored), [429, 200]);
      const [first, second] = callsAt(at("asks-for-time"));
      assert.ok((second?.atMs ?? 0) - (first?.atMs ?? 0) >= 4000);
    });

    it("goes to no address of a private network unless that is allowed", async () => {
      const stored = await delivery("private", is("undeliverable"));
      assert.deepEqual(statuses(stored), ["refused-address"]);
      assert.deepEqual(callsAt(at("private")), []);
    });

    it("is undeliverable after the last attempt: at the dead-letter topic, and with what was answered", async () => {
      const [letter] = await dead.waitForCount(1);
      const { target, attempts, status } = letter?.attributes ?? {};
      assert.deepEqual([target, attempts, status], ["fails", "2", "503"]);
      const [only] = letter?.message.events["only"]?.events ?? [];
      assert.equal(only?.content, "for all of them");
      const stored = await delivery("fails", is("undeliverable"));
      assert.deepEqual(statuses(stored), [503, 503]);
      const last = stored.attempts[1] ?? assert.fail("it was tried once");
      assert.ok(last.headers?.some(({ name, value }) => `${name}: ${value}` === REASON));
      assert.match(last.answer ?? "", /^é+/);
      assert.ok(Buffer.byteLength(last.answer ?? "") <= 2048);
      assert.equal(stored.nextAttemptAt, undefined);
    });

    it("goes to a second topic, in its own format, and to that of the service", async () => {
      const [[first], [second]] = [await own.waitForCount(1), await copy.waitForCount(1)];
      assert.equal(second?.attributes["ce-type"], "eventsync.sync.v1");
      assert.equal(first?.attributes["ce-type"], undefined);
      assert.equal(second.data, first?.data);
      await delivery("copy", is("delivered"));
    });

    it("has its number in the log", async () => {
      const stored = await delivery("log", is("numbered"));
      assert.equal((stored as { readonly offset?: number }).offset, 1);
    });

    it("pauses a target that is gone: what comes later waits, and no other is harmed", async () => {
      const stored = await delivery("gone", ({ attempts }) => attempts.length > 0);
      assert.deepEqual([stored.state, statuses(stored)], ["waiting", [410]]);
      const paused = await db.doc("services/targets/targets/gone").get();
      assert.equal(paused.get("reason"), "it answered 410");

      await send("targets/only", "the second");
      await waitFor("the second sync at all who take it", async () => {
        const both = await Promise.all(
          ["works", "slow", "copy", "breaks-off"].map((name) => deliveriesOf("targets", name)),
        );
        const arrived = both.every((all) => all.filter(is("delivered")).length === 2);
        return arrived || undefined;
      });
      const waiting = await deliveriesOf("targets", "gone");
      assert.deepEqual(
        waiting.map(({ state, attempts }) => [state, attempts.length]),
        [
          ["waiting", 1],
          ["waiting", 0],
        ],
      );
      assert.equal(callsAt(at("gone")).length, 1);
    });

    it("shares connections between calls", () => {
      assert.ok(receiver.connections - connections < receiver.calls.length);
    });
  });

  it("send the event as it came, byte for byte", async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    await send("sent/only", body, { "content-type": "application/x-bytes; of=all" });
    await delivery("event", is("delivered"), "sent");
    const [received] = callsAt("/sent/event");
    assert.equal(received?.method, "PUT");
    assert.equal(received.headers["content-type"], "application/x-bytes; of=all");
    assert.deepEqual(received.body, Buffer.from(body));
  });

  it("send a sync as a CloudEvent", async () => {
    await delivery("cloudevent", is("delivered"), "sent");
    const [received] = callsAt("/sent/cloudevent");
    assert.ok(received !== undefined);
    const { headers } = received;
    assert.equal(headers["content-type"], "application/json");
    assert.equal(headers["ce-specversion"], "1.0");
    assert.equal(headers["ce-type"], "eventsync.sync.v1");
    assert.equal(headers["ce-source"], "urn:eventsync:service:sent");
    assert.equal(headers["ce-id"], messageOf(received).eventID);
  });

  it("sign what they send, with both secrets, which nobody reads anywhere", async () => {
    await delivery("signed", is("delivered"), "sent");
    const [received] = callsAt("/sent/signed");
    assert.ok(received !== undefined);
    const { eventID } = messageOf(received);
    assert.equal(received.path, `/sent/signed?of=sent&id=${eventID}`);
    assert.equal(received.headers["x-service"], "sent");
    assert.equal(received.headers["authorization"], TARGET_SECRETS.token);
    const { signing, "signing-before": before } = TARGET_SECRETS;
    for (const secret of [signing, before]) {
      const verified = new Webhook(secret).verify(received.body.toString(), received.headers);
      assert.deepEqual(verified, messageOf(received));
    }
    const other = new Webhook(`whsec_${Buffer.from("another secret").toString("base64")}`);
    assert.throws(() => other.verify(received.body.toString(), received.headers));

    const log = readFileSync(emulatorVariable("EVENTSYNC_SUITE_LOG"), "utf8");
    const stored = JSON.stringify(await deliveriesOf("sent", "signed"));
    for (const secret of Object.values(TARGET_SECRETS)) {
      assert.ok(!log.includes(secret));
      assert.ok(!stored.includes(secret));
    }
  });

  it("publish the answer, byte for byte, and call again until that has succeeded, too", async () => {
    const body = '{ "serviceName":"an answer",\n "n": 1.0 }';
    behaving.set("/bridge/bridge", (_, index) =>
      index === 0 ? answer(500, "{}") : answer(201, body, { "content-type": "text/x-answer" }),
    );
    const eventId = await send("bridge/only", "for the bridge");
    // There is no topic yet.
    const unpublished = await delivery("bridge", ({ attempts }) => attempts.length >= 2, "bridge");
    assert.equal(unpublished.state, "waiting");
    const [first, second] = unpublished.attempts;
    assert.deepEqual([first?.status, second?.status], [500, 201]);
    assert.match(second?.error ?? "", /^the answer was not published: /);

    const answers = await listen(TARGET_TOPICS.answers);
    await delivery("bridge", is("delivered"), "bridge");
    const [published] = await answers.waitForCount(1);
    assert.equal(published?.data, body);
    const [made, ...repeated] = callsAt("/bridge/bridge");
    const eventID = made?.headers["idempotency-key"];
    assert.ok(repeated.every(({ headers }) => headers["idempotency-key"] === eventID));
    assert.deepEqual(published.attributes, {
      status: "201",
      eventID,
      eventId,
      serviceName: "bridge",
      "content-type": "text/x-answer",
    });
    await answers.flush();
    assert.equal(answers.of("an answer").length, 1);
  });

  it("get only the syncs that were made for their reasons", async () => {
    await send("reasons/only", "complete by itself");
    await delivery("complete-only", is("delivered"), "reasons");
    const triggered = await call("/trigger/reasons", { method: "POST" });
    assert.equal(triggered.status, 200, triggered.text);
    await delivery("manual-only", is("delivered"), "reasons");
    const reasons = (name: string): string[] =>
      callsAt(`/reasons/${name}`).map((received) => messageOf(received).completion.reason);
    assert.deepEqual(reasons("complete-only"), ["complete"]);
    assert.deepEqual(reasons("manual-only"), ["manual"]);
    assert.equal((await deliveriesOf("reasons", "complete-only")).length, 1);
  });

  it("keep the order of each key while another one's server fails", async () => {
    const path = "/ordered/lanes";
    const keyOf = (received: ReceivedCall): string => messageOf(received).key ?? "";
    const contentsOf = (key: string): (string | undefined)[] =>
      callsAt(path)
        .filter((received) => keyOf(received) === key)
        .map((received) => messageOf(received).events["only"]?.events?.[0]?.content);
    behaving.set(path, (received) => answer(keyOf(received) === "a" ? 503 : 200));
    const turns = ["1", "2", "3"];
    for (const turn of turns) {
      for (const key of ["a", "b"]) await send("ordered/only", key + turn, { "X-Id": key });
    }
    await waitFor("b, and that a was tried again", () => {
      const isSo = contentsOf("b").length === 3 && contentsOf("a").length >= 2;
      return isSo || undefined;
    });
    assert.deepEqual(contentsOf("b"), ["b1", "b2", "b3"]);
    assert.deepEqual([...new Set(contentsOf("a"))], ["a1"]);

    behaving.set(path, answer(200));
    await waitFor("a", () => contentsOf("a").includes("a3") || undefined);
    const distinct = contentsOf("a").filter((one, index, all) => one !== all[index - 1]);
    assert.deepEqual(distinct, ["a1", "a2", "a3"]);
    await waitFor("all to be noted", async () => {
      const all = await deliveriesOf("ordered", "lanes");
      return all.filter(is("delivered")).length === 6 || undefined;
    });
    const lanes = await db.collection("services/ordered/lanes").get();
    assert.deepEqual(lanes.docs, []);
  });
});

const REASON = "x-reason: closed for today";
