import assert from "node:assert/strict";

import {
  IN_FLIGHT,
  PairTally,
  sendPairs,
  type Arrived,
  type PairEvent,
} from "../../tools/bench/pairs.ts";

/** An inbox into which the test itself puts messages with these contents. */
function makeInbox() {
  const listeners = new Set<(arrived: Arrived) => void>();
  return {
    listeners,
    listen(listener: (arrived: Arrived) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(at: number, ...contents: string[]) {
      const events = { many: { events: contents.map((content) => ({ content })) } };
      const message = { events };
      for (const listener of listeners) listener({ at, message });
    },
  };
}

function pairOf(pair: string): [PairEvent, PairEvent] {
  return [
    { pair, endpoint: 0, content: `${pair} first` },
    { pair, endpoint: 1, content: `${pair} second` },
  ];
}

describe("the benchmark's account of pairs", () => {
  const send = (tally: PairTally, events: readonly PairEvent[], at = 0): void => {
    for (const event of events) {
      tally.sent(event, at);
      tally.answered(event);
    }
  };

  it("counts a pair that came once as neither lost nor a duplicate", () => {
    const inbox = makeInbox();
    const tally = new PairTally(inbox);
    const [first, second] = pairOf("p");
    send(tally, [first], 100);
    send(tally, [second], 200);
    assert.equal(tally.isMissing, true);
    inbox.put(250, first.content, second.content);
    const { latencyMs, ...counts } = tally.figures();
    assert.deepEqual(counts, {
      pairs: 1,
      answered: 1,
      messages: 1,
      duplicates: { events: 0, pairs: 0 },
      lost: { events: 0, pairs: 0 },
    });
    assert.equal(latencyMs.p95, 50, "from the second request to the message");
    assert.equal(tally.isMissing, false);
    assert.equal(tally.lastAt, 250);
  });

  it("calls a pair lost if both of its events were answered and one of them never came", () => {
    const inbox = makeInbox();
    const tally = new PairTally(inbox);
    const pairs = ["whole", "half", "none"].map(pairOf);
    for (const pair of pairs) send(tally, pair);
    inbox.put(1, "whole first", "whole second");
    inbox.put(2, "half first");
    assert.deepEqual(tally.figures().lost, { events: 3, pairs: 2 });
  });

  it("does not call a pair lost that was not answered twice", () => {
    const tally = new PairTally(makeInbox());
    const [first, second] = pairOf("p");
    send(tally, [first]);
    tally.sent(second, 1);
    const { answered, lost } = tally.figures();
    assert.equal(answered, 0);
    assert.deepEqual(lost, { events: 1, pairs: 0 });
  });

  it("counts what comes again once, in one message or in two, and no messages of others", () => {
    const inbox = makeInbox();
    const tally = new PairTally(inbox);
    const pair = pairOf("p");
    send(tally, pair);
    for (let time = 0; time < 3; time++) inbox.put(time, "p first", "p second");
    inbox.put(9, "of somebody else");
    const { messages, duplicates } = tally.figures();
    assert.equal(messages, 3);
    assert.deepEqual(duplicates, { events: 2, pairs: 1 });
    assert.equal(tally.lastAt, 0, "when it came for the first time");
  });

  it("listens no more once it is closed", () => {
    const inbox = makeInbox();
    new PairTally(inbox).close();
    assert.equal(inbox.listeners.size, 0);
  });
});

describe("the benchmark's load of pairs", () => {
  it("sends the second event of a pair after the first was answered, so many pairs at a time", async () => {
    const inbox = makeInbox();
    const tally = new PairTally(inbox);
    const waiting = new Set<string>();
    const order: PairEvent[] = [];
    let most = 0;
    await sendPairs(tally, { count: 3 * IN_FLIGHT }, async (event) => {
      assert.equal(waiting.has(event.pair), false, "both events of a pair at once");
      waiting.add(event.pair);
      most = Math.max(most, waiting.size);
      await new Promise(setImmediate);
      waiting.delete(event.pair);
      order.push(event);
      return true;
    });
    assert.equal(most, IN_FLIGHT);
    assert.equal(tally.figures().answered, 3 * IN_FLIGHT);
    for (const [pair, events] of Map.groupBy(order, (event) => event.pair)) {
      assert.deepEqual(
        events.map(({ endpoint }) => endpoint),
        [0, 1],
        pair,
      );
    }
  });

  it("leaves a pair of which an event was not accepted", async () => {
    const tally = new PairTally(makeInbox());
    const sent: number[] = [];
    await sendPairs(tally, { count: 5 }, ({ endpoint }) => {
      sent.push(endpoint);
      return Promise.resolve(false);
    });
    assert.deepEqual(sent, [0, 0, 0, 0, 0]);
    assert.equal(tally.figures().answered, 0);
  });
});
