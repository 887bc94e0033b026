import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";

import { asksForStream, eventStream } from "../../../src/adapters/http/eventStream.ts";
import { respond } from "../../../src/adapters/http/respond.ts";
import type { LogPage, LoggedSync } from "../../../src/app/delivery/readLog.ts";
import { waitFor } from "../../../testkit/waitFor.ts";
import { serve } from "../../support/frameworkServer.ts";
import { recordingLog } from "../../support/recordingLog.ts";

const sync = (offset: number): LoggedSync => ({
  offset,
  syncId: `s${String(offset)}`,
  eventID: `e${String(offset)}`,
  message: undefined,
});
const page = (next: number, ...offsets: number[]): LogPage => ({ syncs: offsets.map(sync), next });
async function* pagesOf(...pages: readonly LogPage[]): AsyncGenerator<LogPage> {
  await Promise.resolve();
  yield* pages;
}

describe("a stream of server-sent events", () => {
  it("has the offset as the id of each, moves it past what was left out, and ends with a hint", async () => {
    const pages = pagesOf(page(2), page(5, 4), page(7), page(7));
    const chunks: string[] = [];
    for await (const chunk of eventStream(page(2, 1, 2), pages, 0)) chunks.push(chunk);
    assert.deepEqual(chunks, [
      "retry: 1000\n\n",
      'id: 1\ndata: {"offset":1,"syncId":"s1","eventID":"e1"}\n\n',
      'id: 2\ndata: {"offset":2,"syncId":"s2","eventID":"e2"}\n\n',
      ":\n\n",
      'id: 4\ndata: {"offset":4,"syncId":"s4","eventID":"e4"}\n\n',
      ...["id: 5\n\n", "id: 7\n\n", ":\n\n", "retry: 1000\n\n"],
    ]);
  });

  it("is for who asks for one", () => {
    assert.ok(asksForStream("text/event-stream"));
    assert.ok(asksForStream("application/json, text/event-stream;q=0.5"));
    for (const other of [undefined, "*/*", "text/event-streams"]) assert.ok(!asksForStream(other));
  });

  it("reads no more than its reader takes, and ends what it reads from when that has gone", async () => {
    const log = recordingLog();
    const chunk = `: ${"x".repeat(100_000)}\n\n`;
    let made = 0;
    let isEnded = false;
    let isClosed = false;
    const endless = async function* () {
      try {
        for (;;) {
          made++;
          yield chunk;
          await Promise.resolve();
        }
      } finally {
        isEnded = true;
      }
    };
    const server = await serve((_, response) =>
      respond(response, log, () =>
        Promise.resolve({
          status: 200,
          stream: {
            type: "text/event-stream",
            chunks: endless(),
            cutAtMs: Date.now() + 60_000,
            close: () => (isClosed = true),
          },
        }),
      ),
    );
    try {
      const socket = connect(server.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      const [head] = (await once(socket, "data")) as [Buffer];
      assert.match(head.toString("latin1"), /content-type: text\/event-stream; charset=utf-8/i);
      socket.pause();
      let before = -1;
      await waitFor("the stream to stand still", () => {
        const isStill = made === before;
        before = made;
        return isStill ? true : undefined;
      });
      // What the sockets of both sides hold, and not gigabytes.
      assert.ok(made < 1000, String(made));
      socket.destroy();
      await waitFor("the source to be ended", () => (isEnded && isClosed ? true : undefined));
      assert.deepEqual(log.of("request.failed"), []);
    } finally {
      await server.close();
    }
  });

  it("takes nothing more before what it took is out, and is cut off when its time is up", async () => {
    const log = recordingLog();
    let made = 0;
    let closedAtMs = 0;
    const endless = async function* () {
      for (;;) {
        made++;
        // More than the sockets of both sides hold.
        yield "x".repeat(30_000_000);
        await Promise.resolve();
      }
    };
    let cutAtMs = 0;
    const server = await serve((_, response) =>
      respond(response, log, () => {
        cutAtMs = Date.now() + 300;
        const close = (): void => void (closedAtMs = Date.now());
        const stream = { type: "text/event-stream", chunks: endless(), cutAtMs, close };
        return Promise.resolve({ status: 200, stream });
      }),
    );
    try {
      const socket = connect(server.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await once(socket, "data");
      socket.pause();
      await waitFor("the cut", () => (closedAtMs > 0 ? true : undefined));
      assert.ok(closedAtMs >= cutAtMs, `${String(cutAtMs - closedAtMs)} ms too early`);
      assert.equal(made, 1);
      assert.deepEqual(log.of("request.failed"), []);
      socket.resume();
      await once(socket, "close");
    } finally {
      await server.close();
    }
  });

  it("gives back what is held for it, also if its reader has gone before it begins", async () => {
    const log = recordingLog();
    let isClosed = false;
    const server = await serve((_, response) =>
      respond(response, log, async () => {
        socket.destroy();
        await once(response, "close");
        const close = (): void => void (isClosed = true);
        const stream = {
          type: "text/event-stream",
          chunks: ["a"],
          cutAtMs: Date.now() + 60_000,
          close,
        };
        return { status: 200, stream };
      }),
    );
    const socket = connect(server.port, "127.0.0.1");
    try {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await waitFor("the end", () => (isClosed ? true : undefined));
      assert.deepEqual(log.of("request.failed"), []);
    } finally {
      await server.close();
    }
  });
});
