import assert from "node:assert/strict";

import { makeSecrets } from "../../../src/adapters/secrets/secretMap.ts";
import { makeCaller } from "../../../src/adapters/targets/http/caller.ts";
import { makeIdentityTokens } from "../../../src/adapters/targets/http/identityTokens.ts";
import { makeMetadata } from "../../../src/adapters/targets/http/metadata.ts";
import type { Secrets } from "../../../src/app/ports/secrets.ts";
import { answer, Receiver, type Behaving } from "../../../testkit/receiver.ts";

const START = Date.UTC(2026, 0, 10, 6);
const caller = makeCaller();
let now = START;
const clock = (): number => now;
let server: Receiver;
beforeEach(async () => {
  now = START;
  server = await Receiver.start();
});
afterEach(() => server.stop());

/** A token of an hour, which tells its audience and the number of the request. */
function token(audience: string, number: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = { aud: audience, exp: now / 1000 + 3600, number };
  return `${part({ alg: "RS256" })}.${part(payload)}.signature`;
}

describe("an identity token", () => {
  const tokens = (): ((audience: string) => Promise<string>) =>
    makeIdentityTokens(makeMetadata(caller, `127.0.0.1:${String(server.port)}`), clock);
  const issue: Behaving = ({ path }, index) => {
    const audience = new URLSearchParams(path.split("?")[1]).get("audience");
    return answer(200, `${token(audience ?? "", index)}\n`);
  };

  it("is asked of the metadata server, for its audience", async () => {
    server.behaving = issue;
    assert.equal(await tokens()("https://a.example/?b=c"), token("https://a.example/?b=c", 0));
    const [{ method, path, headers } = assert.fail()] = server.calls;
    assert.deepEqual(
      [method, path, headers["metadata-flavor"]],
      [
        "GET",
        "/computeMetadata/v1/instance/service-accounts/default/identity?audience=https%3A%2F%2Fa.example%2F%3Fb%3Dc&format=full",
        "Google",
      ],
    );
  });

  it("is kept for its audience until shortly before it expires", async () => {
    server.behaving = issue;
    const get = tokens();
    const first = await Promise.all(["a", "b", "a"].map(get));
    assert.equal(server.calls.length, 2);
    assert.equal(first[0], first[2]);
    assert.notEqual(first[0], first[1]);
    now = START + 3_539_000;
    assert.equal(await get("a"), first[0]);
    now += 1000;
    assert.notEqual(await get("a"), first[0]);
    assert.equal(server.calls.length, 3);
  });

  const failures: readonly [string, Behaving, RegExp][] = [
    ["refuses", answer(404, "s3cret"), /^the metadata server answered 404$/],
    ["answers nonsense", answer(200, "s3cret"), /something that is no identity token$/],
    ["is gone", { does: "closeBefore" }, /^the metadata server: connection: /],
  ];
  for (const [what, behaving, expected] of failures) {
    it(`is not to be had where the metadata server ${what}, and is asked for again`, async () => {
      server.behaving = behaving;
      const get = tokens();
      await assert.rejects(get("a"), ({ message }: Error) => {
        assert.match(message, expected);
        assert.doesNotMatch(message, /s3cret/);
        return true;
      });
      server.behaving = issue;
      await get("a");
    });
  }
});

describe("the secrets", () => {
  const from = (source: string | undefined): Secrets =>
    makeSecrets({
      source,
      caller,
      metadata: makeMetadata(caller, `127.0.0.1:${String(server.port)}`),
      clock,
      origin: server.url,
    });
  const NAME = "projects/my-project/secrets/eventsync";
  let stored: string;
  /** Both the metadata server and Secret Manager. */
  const google: Behaving = ({ path, headers }) => {
    if (path.endsWith("/token")) return answer(200, '{"access_token":"t0ken","expires_in":3599}');
    if (headers["authorization"] !== "Bearer t0ken") return answer(401);
    const data = Buffer.from(stored).toString("base64");
    return answer(200, JSON.stringify({ name: path, payload: { data } }));
  };
  beforeEach(() => {
    stored = '{"shop":"s3cret","other":"t"}';
    server.behaving = google;
  });

  it("are the map in the secret that SECRETS names, read once", async () => {
    const secrets = from(NAME);
    assert.deepEqual(await Promise.all(["shop", "other", "none"].map(secrets)), [
      "s3cret",
      "t",
      undefined,
    ]);
    assert.deepEqual(
      server.calls.map(({ path }) => path),
      [
        "/computeMetadata/v1/instance/service-accounts/default/token",
        `/v1/${NAME}/versions/latest:access`,
      ],
    );
  });

  it("are of a version, where one is named", async () => {
    await from(`${NAME}/versions/3`)("shop");
    assert.equal(server.calls[1]?.path, `/v1/${NAME}/versions/3:access`);
  });

  it("are read again after five minutes, and hold on where that fails", async () => {
    const secrets = from(NAME);
    assert.equal(await secrets("shop"), "s3cret");
    stored = '{"shop":"new"}';
    now += 299_999;
    assert.equal(await secrets("shop"), "s3cret");
    now += 1;
    assert.equal(await secrets("shop"), "new");
    server.behaving = answer(503);
    now += 300_000;
    assert.equal(await secrets("shop"), "new");
    assert.equal(await secrets("shop"), "new");
    assert.equal(server.calls.length, 5);
    server.behaving = google;
    stored = '{"shop":"newest"}';
    now += 30_000;
    assert.equal(await secrets("shop"), "newest");
  });

  it("are the map itself, for local runs", async () => {
    const secrets = from('{"shop":"local"}');
    assert.deepEqual([await secrets("shop"), await secrets("constructor")], ["local", undefined]);
    assert.equal(server.calls.length, 0);
  });

  const failures: readonly [string, string | undefined, Behaving | undefined, RegExp][] = [
    ["nothing is set", undefined, undefined, /^SECRETS is not set$/],
    ["something else is set", "s3cret", undefined, /^SECRETS is neither projects\//],
    ["another URL is meant", "projects/p/secrets/s/../x", undefined, /^SECRETS is neither/],
    ["the map is none", '{"shop":s3cret', undefined, /^the secret that SECRETS names is no JSON$/],
    ["a value is no text", '{"shop":["s3cret"]}', undefined, /no JSON object of names and texts$/],
    ["it may not be read", NAME, answer(403, "s3cret"), /^the metadata server answered 403$/],
    [
      "there is no secret",
      NAME,
      ({ path }) => (path.endsWith("/token") ? answer(200, "{}") : answer(404, "s3cret")),
      /^Secret Manager, asked for projects\/my-project\/secrets\/eventsync\/versions\/latest, answered 404$/,
    ],
    [
      "the answers are nonsense",
      NAME,
      answer(200, "s3cret"),
      /^the metadata server's token is no JSON$/,
    ],
  ];
  for (const [what, source, behaving, expected] of failures) {
    it(`say why they cannot be read, and nothing of them, where ${what}`, async () => {
      if (behaving !== undefined) server.behaving = behaving;
      await assert.rejects(from(source)("shop"), ({ message }: Error) => {
        assert.match(message, expected);
        assert.doesNotMatch(message, /s3cret/);
        return true;
      });
    });
  }
});
