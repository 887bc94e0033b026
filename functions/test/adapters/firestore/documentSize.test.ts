import assert from "node:assert/strict";

import type { Documents } from "../../../src/adapters/firestore/documents.ts";
import { documentSize, MAX_DOCUMENT_BYTES } from "../../../src/adapters/firestore/documentSize.ts";
import { makeEventLog } from "../../../src/adapters/firestore/eventLog.ts";
import type { Event } from "../../../src/domain/event.ts";
import { MemoryDatabase } from "../../../testkit/memoryDocuments.ts";
import { event, markerOf, NOW, rule } from "../../support/factories.ts";
import { recordingLog } from "../../support/recordingLog.ts";

describe("documentSize", () => {
  // The example of Firestore's documentation: 44 for the name, 71 for the fields, 32.
  it("counts as the documentation does", () => {
    const fields = {
      type: "Personal",
      done: false,
      priority: 1,
      description: "Learn Cloud Firestore",
    };
    assert.equal(documentSize("users/jeff/tasks/my_task_id", {}), 44 + 32);
    assert.equal(documentSize("users/jeff/tasks/my_task_id", fields), 44 + 71 + 32);
  });

  const values: readonly [string, unknown, number][] = [
    ["null", null, 1],
    ["a boolean", true, 1],
    ["a number", 1.5, 8],
    ["a time", new Date(NOW), 8],
    ["an empty text", "", 1],
    ["a text, by its bytes in UTF-8", "é中😀", 10],
    ["bytes", new Uint8Array(5), 5],
    ["a buffer", Buffer.alloc(5), 5],
    ["an empty list", [], 0],
    ["a list", ["a", 1], 10],
    ["an empty map", {}, 32],
    ["a map", { é: "a" }, 32 + 3 + 2],
    ["a list of maps", [{ name: "a", values: ["b", ""] }], 32 + 5 + 2 + 7 + 2 + 1],
  ];
  const empty = documentSize("a/b", { f: [] });
  for (const [what, value, size] of values) {
    it(`counts ${what}`, () => {
      assert.equal(documentSize("a/b", { f: value }) - empty, size);
    });
  }

  it("knows only what documents here hold", () => {
    assert.throws(() => documentSize("a/b", { f: undefined }), TypeError);
  });
});

/** Of an event that is stored, with everything that a document holds beside the body. */
describe("an event", () => {
  const fixed: Partial<Event> = {
    headers: [{ name: "X-Multi", values: ["März", "two"] }],
    queryParams: [
      { name: "", values: ["1", ""] },
      { name: "é", values: ["😀"] },
    ],
  };
  const service = rule({ serviceName: "My Sérvice" });
  /** By hand, from the rule: every field of the document but what the content itself takes. */
  const bytes = {
    name: 16 + 9 + 12 + 7 + 22,
    v: 2 + 8,
    shard: 6 + 8,
    size: 5 + 8,
    eventKey: 9 + 2,
    receivedAt: 11 + 8,
    httpMethod: 11 + 5,
    headers: 8 + (32 + 5 + 8 + 7 + 6 + 4),
    queryParams: 12 + (32 + 5 + 1 + 7 + 2 + 1) + (32 + 5 + 3 + 7 + 5),
    content: 8,
    expireAt: 9 + 8,
    document: 32,
  };
  const room = Object.values(bytes).reduce((left, part) => left - part, MAX_DOCUMENT_BYTES);

  /** What Firestore is asked to store, if it is asked. */
  async function append(content: Event["content"]): Promise<number> {
    let written = 0;
    const commit: Documents["commit"] = (writes) => {
      written += writes.length;
      return Promise.resolve("1");
    };
    const documents = { ...new MemoryDatabase().documents(), commit };
    const log = makeEventLog(documents, recordingLog());
    const stored = event({ ...fixed, content });
    assert.equal(stored.id.length, 21);
    await log.append(service, stored, markerOf(stored));
    return written;
  }

  const contents: readonly [string, (bytes: number) => Event["content"], number][] = [
    ["text", (bytes) => "x".repeat(bytes), room - 1],
    [
      "text of several bytes a character",
      (bytes) => "é".repeat(bytes / 2) + "x".repeat(bytes % 2),
      room - 1,
    ],
    ["bytes", (bytes) => new Uint8Array(bytes), room],
  ];
  for (const [what, make, limit] of contents) {
    for (const bytes of [limit - 1, limit]) {
      it(`with ${String(bytes)} bytes of ${what} is stored`, async () => {
        assert.equal(await append(make(bytes)), 2);
      });
    }
    it(`with ${String(limit + 1)} bytes of ${what} is refused, before Firestore is asked`, async () => {
      await assert.rejects(append(make(limit + 1)), {
        code: "event-too-large",
        httpStatus: 413,
        message:
          "Body, headers and query take 1048577 bytes as a Firestore document, over its limit of 1048576.",
      });
    });
  }

  for (const message of [
    "3 INVALID_ARGUMENT: Document 'projects/p/databases/(default)/documents/a/b' cannot be written because its size (1,048,667 bytes) exceeds the maximum allowed size of 1,048,576 bytes.",
    "3 INVALID_ARGUMENT: A document cannot be written because it exceeds the maximum size allowed.",
    '3 INVALID_ARGUMENT: The value of property "content" is longer than 1048487 bytes.',
  ]) {
    it(`that Firestore refuses all the same is refused: ${message.slice(0, 60)}…`, async () => {
      await assert.rejects(appendFailing(Object.assign(new Error(message), { code: 3 })), {
        code: "event-too-large",
      });
    });
  }

  it("that Firestore refuses for something else is not called too large", async () => {
    const error = Object.assign(new Error("3 INVALID_ARGUMENT: bad name"), { code: 3 });
    await assert.rejects(appendFailing(error), error);
  });

  async function appendFailing(error: Error): Promise<void> {
    const documents = {
      ...new MemoryDatabase().documents(),
      commit: () => Promise.reject(error),
    };
    const stored = event();
    await makeEventLog(documents, recordingLog()).append(service, stored, markerOf(stored));
  }
});
