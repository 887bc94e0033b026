import assert from "node:assert/strict";
import { uniqueId } from "../support/factories.ts";
import { emulatorVariable } from "../support/store.ts";

/** The suite loads `firestore.rules` for its own project only. */
const documents = (): string =>
  `http://${emulatorVariable("FIRESTORE_EMULATOR_HOST")}/v1/projects/${emulatorVariable("GCLOUD_PROJECT")}/databases/(default)/documents`;

/** To the emulator this is the service account: rules do not apply. */
const OWNER = { Authorization: "Bearer owner" };
/** An unsigned token, which the emulator takes for a signed-in user's. */
const USER = {
  Authorization: `Bearer ${encode({ alg: "none", typ: "JWT" })}.${encode({ sub: "u1", user_id: "u1" })}.`,
};

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const BODY = JSON.stringify({ fields: { x: { integerValue: "1" } } });

describe("firestore.rules", () => {
  const id = uniqueId("rules");
  const service = (): string => `${documents()}/services/${id}`;

  const requests: [title: string, method: string, path: () => string, body?: string][] = [
    ["read a service", "GET", service],
    ["read an event", "GET", () => `${service()}/events/e1`],
    ["read a pending event", "GET", () => `${service()}/pending/e1`],
    ["read a sync", "GET", () => `${service()}/syncs/s1`],
    ["read a part of a sync", "GET", () => `${service()}/syncs/s1/parts/1`],
    ["list the services", "GET", () => `${documents()}/services`],
    ["list a service's events", "GET", () => `${service()}/events`],
    [
      "query every sync",
      "POST",
      () => `${documents()}:runQuery`,
      JSON.stringify({
        structuredQuery: { from: [{ collectionId: "syncs", allDescendants: true }] },
      }),
    ],
    ["create an event", "POST", () => `${service()}/events?documentId=e2`, BODY],
    ["change an event", "PATCH", () => `${service()}/events/e1`, BODY],
    ["write where nothing of ours is", "PATCH", () => `${documents()}/anything/${id}`, BODY],
    ["delete an event", "DELETE", () => `${service()}/events/e1`],
    ["reset a service", "PATCH", service, BODY],
  ];

  before(async () => {
    for (const path of ["", "/events/e1", "/pending/e1", "/syncs/s1", "/syncs/s1/parts/1"]) {
      const response = await fetch(service() + path, {
        method: "PATCH",
        headers: OWNER,
        body: BODY,
      });
      assert.equal(response.status, 200, await response.text());
    }
  });

  for (const [who, headers] of [
    ["somebody unknown", {}],
    ["a signed-in user", USER],
  ] as const) {
    for (const [title, method, path, body] of requests) {
      it(`${who} may not ${title}`, async () => {
        const response = await fetch(path(), { method, headers, body: body ?? null });
        assert.equal(response.status, 403, await response.text());
      });
    }
  }

  for (const [title, method, path, body] of requests) {
    it(`the functions' service account may ${title}`, async () => {
      const response = await fetch(path(), { method, headers: OWNER, body: body ?? null });
      assert.equal(response.status, 200, await response.text());
    });
  }
});
