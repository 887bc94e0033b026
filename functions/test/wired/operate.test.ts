import assert from "node:assert/strict";

import { parseConfig } from "../../src/config/parse.ts";
import { answer, Receiver } from "../../testkit/receiver.ts";
import { waitFor } from "../../testkit/waitFor.ts";
import { startAlarmClock } from "../../tools/localCloud.ts";
import { checkAnswer } from "../support/described.ts";
import { emulatorVariable } from "../support/store.ts";
import { baseUrl, call, send, type Answer } from "../support/wired.ts";
import { PROJECT } from "../support/wiredServices.ts";
import { RECEIVER_PORT, targetServices } from "../support/wiredTargets.ts";

const SERVICE = "operated";
const AT = `/deliveries/${SERVICE}`;

interface Listed {
  readonly syncId: string;
  readonly target: string;
  readonly state: string;
}

interface Pulled {
  readonly offset: number;
  readonly message: {
    readonly events: { readonly only: { readonly events: [{ content: string }] } };
  };
}

const contentOf = ({ message }: Pulled): string => message.events.only.events[0].content;

describe("deliveries and logs, over HTTP", () => {
  const port = Number(emulatorVariable(RECEIVER_PORT));
  let status = 200;
  let receiver: Receiver;
  let alarms: ReturnType<typeof startAlarmClock>;
  before(async () => {
    receiver = await Receiver.start({ port, behaving: () => answer(status) });
    const { services } = parseConfig(JSON.stringify(targetServices(port)));
    alarms = startAlarmClock(baseUrl(), PROJECT, services);
  });
  after(async () => {
    await alarms.stop();
    await receiver.stop();
  });

  const post = (path: string, body?: object): Promise<Answer> =>
    call(path, { method: "POST", ...(body !== undefined && { body: JSON.stringify(body) }) });
  const listed = async (query: string): Promise<Listed[]> => {
    const { status: told, json, text } = await call(`${AT}?${query}`);
    assert.equal(told, 200, text);
    return json["deliveries"] as Listed[];
  };
  const waitForState = (state: string): Promise<Listed> =>
    waitFor(
      `a delivery to be ${state}`,
      async () => (await listed(`target=web&state=${state}`))[0],
    );
  const refused = async (asked: Promise<Answer>, code: string): Promise<void> => {
    const { headers, json, text } = await asked;
    assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/, text);
    assert.equal(json["type"], `urn:eventsync:problem:${code}`);
  };

  it("redrive what is undeliverable, once", async () => {
    status = 500;
    await send(`${SERVICE}/only`, "first");
    const { syncId } = await waitForState("undeliverable");
    const one = await call(`${AT}/${syncId}/web`);
    const [attempt] = one.json["attempts"] as { status: number; answer: string }[];
    assert.equal(attempt?.status, 500);
    status = 200;
    const redriven = await post(`${AT}/${syncId}/web/redrive`);
    assert.deepEqual(
      [redriven.status, redriven.json],
      [200, { service: SERVICE, target: "web", syncId, redriven: 1 }],
    );
    await waitForState("delivered");
    await refused(post(`${AT}/${syncId}/web/redrive`), "wrong-state");
    const { json } = await post(`${AT}/redrive`, { target: "web", rate: 100 });
    assert.deepEqual([json["redriven"], json["left"]], [0, 0]);
  });

  it("pause and resume a target, and try it out", async () => {
    await refused(post(`${AT}/targets/web/resume`), "wrong-state");
    const paused = await post(`${AT}/targets/web/pause`, { reason: "repairs" });
    assert.deepEqual([paused.status, paused.json["paused"]], [200, true]);
    const state = await call(`${AT}/targets/web`);
    assert.deepEqual([state.json["reason"], state.json["waiting"]], ["repairs", 0]);

    const before = receiver.calls.length;
    const tested = await post(`${AT}/targets/web/test`);
    assert.deepEqual([tested.status, tested.json["isDelivered"]], [200, true], tested.text);
    const [received, ...others] = receiver.calls.slice(before);
    assert.deepEqual(others, []);
    const message = JSON.parse(received?.body.toString() ?? "") as { test: boolean };
    assert.equal(message.test, true);
    assert.equal((await listed("target=web")).length, 1);

    const resumed = await post(`${AT}/targets/web/resume`);
    assert.equal(resumed.json["isWhole"], true, resumed.text);
    assert.equal((await call(`${AT}/targets/web`)).json["paused"], false);
  });

  it("are pulled by offset, and stream as they come", async () => {
    const { json } = await call(`/pull/${SERVICE}?wait=10`);
    assert.deepEqual((json["syncs"] as Pulled[]).map(contentOf), ["first"]);
    assert.equal(json["next"], 1);

    const aborted = new AbortController();
    const headers = { accept: "text/event-stream", "last-event-id": "1" };
    const path = `/pull/${SERVICE}`;
    const stream = await fetch(`${baseUrl()}${path}`, { headers, signal: aborted.signal });
    assert.equal(stream.headers.get("content-type"), "text/event-stream; charset=utf-8");
    assert.ok(stream.body);
    await send(`${SERVICE}/only`, "second");
    let text = "";
    for await (const chunk of stream.body) {
      text += Buffer.from(chunk).toString();
      if (/^data: .*\n\n/m.test(text)) break;
    }
    aborted.abort();
    checkAnswer(path, { headers }, { status: stream.status, headers: stream.headers, text });
    const [, id, data = ""] = /^id: (\d+)\ndata: (.*)\n\n/m.exec(text) ?? [];
    assert.equal(id, "2");
    assert.equal(contentOf(JSON.parse(data) as Pulled), "second");
  });

  it("refuse, with the reason, what there is not, and what is not understood", async () => {
    await refused(call(`/pull/${SERVICE}?after=99`), "invalid-query");
    await refused(call(`/pull/${SERVICE}?after=x`), "invalid-query");
    await refused(call(`/pull/${SERVICE}?target=web`), "unknown-target");
    await refused(call("/pull/bridge"), "unknown-target");
    await refused(call(`${AT}?after=x`), "invalid-query");
    await refused(call(`${AT}/none/web`), "unknown-delivery");
    await refused(post(`${AT}/none/web/redrive`), "unknown-delivery");
    await refused(post(`${AT}/redrive`, { rate: 0 }), "invalid-body");
    await refused(post(`${AT}/redrive`, { target: "none" }), "unknown-target");
    await refused(post(`${AT}/targets/log/pause`), "wrong-state");
    await refused(post(`${AT}/targets/none/pause`), "unknown-target");
    await refused(call(`${AT}/redrive`), "method-not-allowed");
  });
});
