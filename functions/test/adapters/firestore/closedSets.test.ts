import assert from "node:assert/strict";

import { makeEventLog } from "../../../src/adapters/firestore/eventLog.ts";
import {
  claimFields,
  decisionFields,
  progressFields,
  toStoredSync,
} from "../../../src/adapters/firestore/syncDocument.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { SYNC_STATES, type SyncState } from "../../../src/domain/syncState.ts";
import { HTTP_METHODS } from "../../../src/domain/event.ts";
import { EVENT_TO_SEND, firesByItself, TRIGGER_TYPES } from "../../../src/domain/rule.ts";
import { SYNC_REASONS, type Sync } from "../../../src/domain/sync.ts";
import { membersToSend } from "../../../src/domain/syncMessage.ts";
import { MemoryDatabase } from "../../../testkit/memoryDocuments.ts";
import * as make from "../../support/factories.ts";
import { recordingLog } from "../../support/recordingLog.ts";

/** A set that a configuration, the domain and documents share: each member goes all the way. */
describe("a member of a closed set", () => {
  function storedAndRead(sync: Sync, state: SyncState = "claimed") {
    const range = { after: { receivedAtMs: 0, id: "" }, to: { receivedAtMs: make.NOW, id: "e" } };
    const lists = sync.endpoints.map(({ members }) => members);
    const fields = {
      ...decisionFields(sync, "token"),
      ...progressFields(sync, lists, 0, state, make.NOW),
      ...(state === "claiming" && claimFields({ key: "", range, cursor: range.after, turn: 1 })),
      turn: 1,
    };
    const path = `services/${sync.serviceName}/syncs/${sync.id}`;
    return toStoredSync({ path, id: sync.id, fields, version: "1" });
  }
  const configured = (endpoint: object, trigger: object) =>
    parseConfig(
      JSON.stringify({
        serviceName: "svc",
        endpoints: [{ eventKey: "a", ...endpoint }],
        trigger: { type: "window", observationPeriod: 60, ...trigger },
        targetPubSub: { topic: "projects/my-project/topics/my-topic" },
      }),
    ).services[0];
  const members = ["1", "2", "3"].map((id) => make.member(id));

  for (const eventToSend of EVENT_TO_SEND) {
    it(`eventToSend ${eventToSend} is configured, stored, read and obeyed`, () => {
      assert.equal(configured({ eventToSend }, {}).endpoints[0]?.eventToSend, eventToSend);
      const endpoint = make.syncEndpoint("a", members, { eventToSend });
      const { sync } = storedAndRead(make.sync([endpoint]));
      assert.deepEqual(sync.endpoints, [endpoint]);
      assert.notEqual(membersToSend(endpoint).length, 0);
    });
  }

  for (const type of TRIGGER_TYPES) {
    it(`trigger type ${type} is configured, stored, read and obeyed`, () => {
      const service = configured({}, { type });
      assert.equal(service.trigger.type, type);
      assert.equal(typeof firesByItself(service), "boolean");
      const sync = make.sync([make.syncEndpoint("a", members)], { triggerType: type });
      assert.deepEqual(storedAndRead(sync).sync, sync);
    });
  }

  for (const reason of SYNC_REASONS) {
    it(`reason ${reason} is stored and read`, () => {
      const made = make.sync([make.syncEndpoint("a", members)]);
      const sync = { ...made, completion: { ...made.completion, reason } };
      assert.deepEqual(storedAndRead(sync).sync, sync);
    });
  }

  for (const state of SYNC_STATES) {
    it(`state ${state} is stored and read`, () => {
      const sync = make.sync([make.syncEndpoint("a", members)]);
      assert.equal(storedAndRead(sync, state).delivery.state, state);
    });
  }

  for (const httpMethod of HTTP_METHODS) {
    it(`method ${httpMethod} is configured, stored and read`, async () => {
      const { endpoints } = configured({ acceptedHttpMethods: [httpMethod] }, {});
      assert.deepEqual(endpoints[0]?.acceptedHttpMethods, [httpMethod]);
      const events = makeEventLog(new MemoryDatabase().documents(), recordingLog());
      const event = make.event({ httpMethod });
      await events.append(make.rule(), event, make.markerOf(event));
      const read = await events.read({ serviceName: "svc", eventIds: [event.id] });
      assert.equal(read.get(event.id)?.httpMethod, httpMethod);
    });
  }
});
