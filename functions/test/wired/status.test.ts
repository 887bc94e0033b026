import assert from "node:assert/strict";

import { waitFor } from "../../testkit/waitFor.ts";
import { call, consumersOfSuite, send, type Answer } from "../support/wired.ts";

interface Window {
  readonly key?: string;
  readonly isOpen: boolean;
  readonly firstEventAt: string | null;
  readonly expiresAt: string | null;
  readonly endpoints: readonly {
    readonly eventKey: string;
    readonly have: number;
    readonly need: number;
    readonly satisfied: boolean;
  }[];
  readonly missing: string | null;
  readonly due: number;
}

interface Sync {
  readonly syncId: string;
  readonly eventID: string;
  readonly state: string;
  readonly numberOfEvents: number;
  readonly reason: string;
}

const json = async (path: string): Promise<Record<string, unknown>> => {
  const answer = await call(path);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
  return answer.json;
};
const windowsOf = (status: Record<string, unknown>): Window[] => status["windows"] as Window[];

const refused = async (asked: Promise<Answer>, status: number, code: string): Promise<void> => {
  const answer = await asked;
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.deepEqual([answer.status, answer.json["type"]], [status, `urn:eventsync:problem:${code}`]);
};

describe("what somebody looks at, over HTTP", () => {
  const consumer = consumersOfSuite();

  it("is a window that waits, then its sync, with the content of its events", async () => {
    const inbox = await consumer("watched");
    const empty = await json("/status/watched");
    assert.deepEqual(
      [empty["rule"], empty["isKeyed"], empty["trigger"], empty["resetAt"], empty["next"]],
      [["fires when the last 3600 seconds hold 2 “a” and 1 “b”"], false, "window", null, null],
    );
    assert.deepEqual(
      windowsOf(empty).map(({ isOpen, missing }) => [isOpen, missing]),
      [[false, "2 “a” and 1 “b”"]],
    );

    const eventId = await send("watched/a", "the first", { "x-trace": "t-1" });
    const [window] = windowsOf(await json("/status/watched"));
    assert.ok(window);
    assert.deepEqual([window.isOpen, window.missing, window.due], [true, "1 “a” and 1 “b”", 0]);
    assert.deepEqual(
      window.endpoints.map(({ eventKey, have, need, satisfied }) => [
        eventKey,
        have,
        need,
        satisfied,
      ]),
      [
        ["a", 1, 2, false],
        ["b", 0, 1, false],
      ],
    );
    assert.equal(
      Date.parse(window.expiresAt ?? ""),
      Date.parse(window.firstEventAt ?? "") + 3_600_000,
    );

    const { events } = (await json("/events/watched")) as { events: Record<string, unknown>[] };
    const [listed] = events;
    assert.deepEqual([listed?.["eventId"], listed?.["eventKey"]], [eventId, "a"]);
    assert.equal(listed?.["content"], undefined);
    const whole = await json(`/events/watched/${eventId}`);
    assert.equal(whole["content"], "the first");
    assert.deepEqual((whole["headers"] as Record<string, unknown>)["X-Trace"], ["t-1"]);

    await send("watched/b", "of b");
    await send("watched/a", "the second");
    const [message] = await inbox.waitForCount(1);
    assert.ok(message);
    const published = await waitFor("the sync to be published", async () => {
      const { syncs } = (await json("/syncs/watched")) as unknown as { syncs: Sync[] };
      return syncs.find(({ state }) => state === "published");
    });
    assert.deepEqual(
      [published.numberOfEvents, published.reason, published.eventID],
      [3, "complete", message.message.eventID],
    );
    const status = await json("/status/watched");
    assert.deepEqual(status["undelivered"], { count: 0, oldestAt: null });
    assert.deepEqual((status["syncs"] as Sync[])[0], published);

    const path = `/syncs/watched/${published.syncId}`;
    const first = await json(`${path}?limit=2`);
    const contents = (page: Record<string, unknown>): unknown[] =>
      (page["events"] as { content: string }[]).map(({ content }) => content);
    const second = await json(`${path}?limit=2&after=${String(first["next"])}`);
    assert.deepEqual(
      [contents(first), contents(second), second["next"]],
      [["the first", "the second"], ["of b"], null],
    );
    const timeline = (await json(path))["timeline"] as { what: string }[];
    assert.deepEqual(
      timeline.map(({ what }) => what),
      ["event", "event", "event", "claimed", "published"],
    );

    const resent = await call(`${path}/resend`, { method: "POST" });
    assert.equal(resent.status, 200, resent.text);
    const [, again] = await inbox.waitForCount(2);
    assert.equal(again?.data, message.data);
    assert.deepEqual(again.attributes, { ...message.attributes, resend: "true" });
    assert.equal(resent.json["eventID"], published.eventID);
  });

  it("are windows by key, page by page, or one by name", async () => {
    const headers = (id: string): Record<string, string> => ({ "x-id": id });
    for (const id of ["k/1", "k2", "k3"]) await send("watched-keys/a", "x", headers(id));
    await send("watched-keys/a", "x", headers("k2"));
    await send("watched-keys/a", "x", headers("k0"));
    const keysBy = async (order: string): Promise<(string | undefined)[]> => {
      const keys: (string | undefined)[] = [];
      let next: unknown = "";
      do {
        const after = next === "" ? "" : `&after=${String(next)}`;
        const page = await json(`/status/watched-keys?limit=2${order}${after}`);
        keys.push(...windowsOf(page).map(({ key }) => key));
        ({ next } = page);
      } while (next !== null);
      return keys;
    };
    assert.deepEqual(await keysBy(""), ["k/1", "k2", "k3", "k0"]);
    assert.deepEqual(await keysBy("&order=age"), ["k/1", "k2", "k3", "k0"]);
    assert.deepEqual(await keysBy("&order=key"), ["k/1", "k0", "k2", "k3"]);
    await refused(call("/status/watched-keys?order=size"), 400, "invalid-query");
    const [one, ...others] = windowsOf(await json("/status/watched-keys?key=k2"));
    assert.deepEqual([one?.key, one?.endpoints[0]?.have, others.length], ["k2", 2, 0]);
    assert.equal(one?.missing, "1 “b”");
    await call("/reset/watched-keys?key=k2", { method: "POST" });
    await refused(call("/status/watched-keys?key=k2"), 404, "unknown-window");
  });

  it("says why an event was ignored", async () => {
    await call("/event/content/a", {
      method: "POST",
      body: JSON.stringify({ status: "open", n: 1 }),
      headers: { "content-type": "application/json" },
    });
    const { events } = (await json("/events/content?eventKey=a&limit=1")) as {
      events: { eventId: string; ignored?: { reason: string } }[];
    };
    assert.equal(events[0]?.ignored?.reason, "filter");
    const whole = await json(`/events/content/${events[0].eventId}`);
    assert.deepEqual(whole["ignored"], events[0].ignored);
  });

  it("refuses, with the reason, what there is not, and what is not understood", async () => {
    const post = (path: string): Promise<Answer> => call(path, { method: "POST" });
    await refused(call("/status/watched-keys?key=nobody"), 404, "unknown-window");
    await refused(call("/status/watched?key=k"), 400, "invalid-key");
    await refused(call("/status/nobody"), 404, "unknown-service");
    await refused(post("/status/watched"), 405, "method-not-allowed");
    for (const path of ["/status/watched-keys", "/syncs/watched", "/events/watched"]) {
      for (const after of ["x", "W10", "WzEsMl0", "WzEsInguLyJd", "%00"]) {
        await refused(call(`${path}?after=${after}`), 400, "invalid-query");
      }
      await refused(call(`${path}?limit=0`), 400, "invalid-query");
    }
    await refused(call("/syncs/watched?reason=because"), 400, "invalid-query");
    await refused(call("/syncs/watched?from=yesterday"), 400, "invalid-query");
    await refused(call("/syncs/watched/none"), 404, "unknown-sync");
    await refused(call("/syncs/watched/__all__"), 404, "unknown-sync");
    await refused(call("/syncs/watched/"), 404, "unknown-sync");
    await refused(post("/syncs/watched/none/resend"), 404, "unknown-sync");
    await refused(call("/syncs/watched/none/resend"), 405, "method-not-allowed");
    await refused(post("/syncs/watched/none/again"), 404, "unknown-path");
    await refused(call("/events/watched/none"), 404, "unknown-event");
    await refused(call("/events/watched/a/b"), 404, "unknown-path");
  });
});
