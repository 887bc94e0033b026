import assert from "node:assert/strict";

import { isGoogles, makeAuthorization } from "../../../src/adapters/telemetry/accessToken.ts";

describe("the token for Google Cloud's endpoint", () => {
  it("goes there, and nowhere else", () => {
    assert.ok(isGoogles("https://telemetry.googleapis.com"));
    assert.ok(isGoogles("https://telemetry.googleapis.com/v1/traces"));
    for (const url of [
      undefined,
      "",
      "http://telemetry.googleapis.com",
      "https://telemetry.googleapis.com.example.com",
      "https://telemetry.googleapis.com:8443",
      "https://example.com/?https://telemetry.googleapis.com",
    ]) {
      assert.ok(!isGoogles(url), url);
    }
  });

  it("is kept until shortly before it expires", async () => {
    const asked: string[] = [];
    let nowMs = 0;
    const headers = makeAuthorization(
      (path) => {
        const token = `t${String(asked.push(path))}`;
        return Promise.resolve(JSON.stringify({ access_token: token, expires_in: 3600 }));
      },
      () => nowMs,
    );
    assert.deepEqual(await headers(), { authorization: "Bearer t1" });
    nowMs = 3_539_000;
    assert.deepEqual(await headers(), { authorization: "Bearer t1" });
    nowMs = 3_540_000;
    assert.deepEqual(await headers(), { authorization: "Bearer t2" });
    assert.deepEqual(new Set(asked), new Set(["instance/service-accounts/default/token"]));
  });

  it("is left out where there is none, as an exporter wants it: never rejected", async () => {
    for (const metadata of [
      () => Promise.reject(new Error("no metadata server")),
      () => Promise.resolve("no JSON"),
      () => Promise.resolve("{}"),
    ]) {
      assert.deepEqual(await makeAuthorization(metadata, () => 0)(), {});
    }
  });
});
