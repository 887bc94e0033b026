import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { deleteApp, initializeApp } from "firebase-admin/app";

import { makeAlarmClock } from "../../src/adapters/tasks/alarmClock.ts";
import { toAlarm } from "../../src/adapters/tasks/alarmTask.ts";
import type { AlarmClock } from "../../src/app/ports.ts";

interface Task {
  readonly name: string;
  readonly scheduleTime: string;
  readonly httpRequest: { readonly body: string };
}

const AT = Date.UTC(2026, 0, 10, 6);

describe("the alarm clock, on what Cloud Tasks is asked", () => {
  const tasks: { readonly path: string; readonly task: Task }[] = [];
  let status = 200;
  let server: Server;
  let clock: AlarmClock;
  const before_ = process.env["CLOUD_TASKS_EMULATOR_HOST"];
  const app = initializeApp({ projectId: "demo-eventsync" }, "alarm clock");

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { task } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly task: Task };
        const isThere = tasks.some((other) => other.task.name === task.name);
        response.statusCode = isThere ? 409 : status;
        if (response.statusCode === 200) tasks.push({ path: request.url ?? "", task });
        response.end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    process.env["CLOUD_TASKS_EMULATOR_HOST"] = `127.0.0.1:${String(port)}`;
    clock = makeAlarmClock(app, "locations/europe-west4/functions/alarm");
  });
  after(async () => {
    if (before_ === undefined) delete process.env["CLOUD_TASKS_EMULATOR_HOST"];
    else process.env["CLOUD_TASKS_EMULATOR_HOST"] = before_;
    await deleteApp(app);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("sets one task for an alarm, in the queue of its region, for its time", async () => {
    const alarm = { window: { service: "é/svc", key: "order 7" }, atMs: AT + 1000 };
    await clock.set(alarm);
    await clock.set(alarm);
    assert.equal(tasks.length, 1);
    const [{ path, task } = assert.fail()] = tasks;
    assert.equal(path, "/projects/demo-eventsync/locations/europe-west4/queues/alarm/tasks");
    assert.equal(task.scheduleTime, "2026-01-10T06:00:01.000Z");
    const body = JSON.parse(Buffer.from(task.httpRequest.body, "base64").toString()) as {
      readonly data: unknown;
    };
    assert.deepEqual(toAlarm(body.data), alarm);
  });

  it("gives alarms of other windows and other times other tasks", async () => {
    tasks.length = 0;
    for (const [service, key, atMs] of [
      ["s", "a", AT],
      ["s", "b", AT],
      ["sa", "", AT],
      ["s", "a", AT + 1],
    ] as const) {
      await clock.set({ window: { service, key }, atMs });
    }
    assert.equal(new Set(tasks.map(({ task }) => task.name)).size, 4);
  });

  it("says when there is no queue, or it does not take the task", async () => {
    status = 404;
    await assert.rejects(clock.set({ window: { service: "s", key: "" }, atMs: AT + 5 }));
    status = 200;
  });

  it("reads no alarm from what is none", () => {
    for (const data of [undefined, null, 7, "x", {}, { service: "s", key: "" }]) {
      assert.equal(toAlarm(data), undefined);
    }
    assert.equal(toAlarm({ service: "s", key: "", at: "never" }), undefined);
    assert.equal(toAlarm({ service: 1, key: "", at: "2026-01-10T06:00:00Z" }), undefined);
  });
});
