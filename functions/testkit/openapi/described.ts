/** Holds answers against the OpenAPI document: status, headers, content type and body. */
import assert from "node:assert/strict";

import { ERRORS, type ErrorCode } from "../../src/domain/errors.ts";
import { FUNCTIONS } from "../../src/openapi/functions.ts";
import { Operations, type DescribedResponse, type FoundOperation } from "./operations.ts";
import { inWords, pointerOf, Validators } from "./validators.ts";

export interface Asked {
  readonly method: string;
  /** With the name of the function, and the query. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As text, where it is any. */
  readonly body?: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: Asked["headers"];
  readonly text: string;
}

const SHOWN = 600;

export class DescribedAnswers {
  readonly operations: Operations;
  readonly validators: Validators;
  readonly #seen = new Map<string, Set<string>>();

  constructor(validators = new Validators()) {
    this.validators = validators;
    this.operations = new Operations(validators.document);
  }

  /** @throws AssertionError that says what of the answer the document does not have */
  check(asked: Asked, answered: Answered): void {
    try {
      this.#check(asked, answered);
    } catch (error) {
      const { message } = error as Error;
      const { method, path } = asked;
      const { status, text } = answered;
      assert.fail(
        `${method} ${path} is answered with ${String(status)} in a way that src/openapi does not ` +
          `describe: ${message}\n${text.slice(0, SHOWN)}`,
      );
    }
  }

  #check(asked: Asked, answered: Answered): void {
    const { method } = asked;
    const [whole = "", query = ""] = split(asked.path);
    // The console answers as the function does, once it has let a request in.
    const path = whole.replace(CONSOLE_API, "/");
    const isTurnedAway = [403, 405].includes(answered.status);
    if (path !== whole && isTurnedAway) {
      this.#checkRefusal(answered, method);
      return;
    }
    // What only the platform calls is not described.
    if (!Object.hasOwn(FUNCTIONS, path.split("/")[1] ?? "")) return;
    const found = this.operations.at(path);
    if (isPreflight(asked) && answered.status === 204) {
      assert.equal(answered.text, "", "a preflight has no body");
      return;
    }
    const operation = found?.operations.get(method);
    if (operation === undefined) {
      this.#checkRefusal(answered, method);
      if (answered.status === 405) checkAllow(answered, [...(found?.operations.values() ?? [])]);
      return;
    }
    const response = this.#responseOf(operation, String(answered.status));
    this.#checkResponse(answered, response, method);
    if (answered.status < 300) this.#checkAsked(operation, asked, query);
    const seen = this.#seen.get(operation.operation.operationId) ?? new Set();
    this.#seen.set(operation.operation.operationId, seen.add(String(answered.status)));
  }

  #responseOf({ operation, pointer }: FoundOperation, status: string): Found {
    const response = operation.responses[status];
    assert.ok(response, `${operation.operationId} has no such status`);
    if (!("$ref" in response))
      return { response, pointer: pointer + pointerOf("responses", status) };
    const target = response.$ref.slice("#".length);
    const name = target.split("/").at(-1) ?? "";
    const shared = this.validators.document.components["responses"]?.[name];
    return { response: shared as DescribedResponse, pointer: target };
  }

  #checkResponse(
    { headers = {}, text }: Answered,
    { response, pointer }: Found,
    method: string,
  ): void {
    for (const [name, { required }] of Object.entries(response.headers ?? {})) {
      if (required === true) assert.ok(headers[name.toLowerCase()], `it has no header ${name}`);
    }
    if (response.content === undefined) {
      assert.equal(text, "", "it has a body");
      return;
    }
    const type = mediaType(headers);
    assert.ok(response.content[type], `its content type is ${JSON.stringify(type)}`);
    if (method === "HEAD") {
      assert.equal(text, "", "it has a body");
      return;
    }
    const schema = `${pointer}${pointerOf("content", type, "schema")}`;
    if (type === "text/event-stream") this.#checkStream(`${schema}/contentSchema`, text);
    else this.#checkValue(schema, type.endsWith("json") ? JSON.parse(text) : text);
    if (type === "application/problem+json") checkRetryAfter(text, headers);
  }

  /** What is at no path, or by no method. */
  #checkRefusal({ status, headers = {}, text }: Answered, method: string): void {
    assert.ok(status >= 400, "no such operation is described");
    assert.equal(mediaType(headers), "application/problem+json", "it is no problem");
    if (method === "HEAD") return;
    this.#checkValue("/components/schemas/Problem", JSON.parse(text));
    const { http } = ERRORS[codeOf(text)];
    assert.equal(status, http, "its status is not that of its type");
    checkRetryAfter(text, headers);
  }

  /** Each whole event; the last one may have been cut off. */
  #checkStream(schema: string, text: string): void {
    for (const event of text.split("\n\n").slice(0, -1)) {
      for (const line of event.split("\n")) {
        const [, field = "", value = ""] = /^(\w*): ?(.*)$/.exec(line) ?? [];
        if (field === "data") this.#checkValue(schema, JSON.parse(value));
        else assert.ok(["", "id", "retry"].includes(field), `the stream has ${line}`);
      }
    }
  }

  #checkValue(pointer: string, value: unknown): void {
    const isValid = this.validators.at(pointer);
    assert.ok(isValid(value), inWords(isValid.errors ?? []));
  }

  /** What was taken is what is described: the bounds of the document are those of the code. */
  #checkAsked({ operation, pointer }: FoundOperation, asked: Asked, query: string): void {
    const given = new URLSearchParams(query);
    operation.parameters?.forEach(({ name, in: place, schema }, index) => {
      if (place !== "query") return;
      const isValid = this.validators.at(`${pointer}/parameters/${String(index)}/schema`);
      for (const value of given.getAll(name)) {
        const read = schema["type"] === "integer" && /^\d+$/.test(value) ? Number(value) : value;
        assert.ok(isValid(read), `it takes “${name}”: ${inWords(isValid.errors ?? [])}`);
      }
    });
    const { requestBody } = operation;
    if (requestBody === undefined || asked.body === undefined || asked.body.trim() === "") return;
    const type = typeOfBody(asked, Object.keys(requestBody.content));
    // What may be anything need not be JSON.
    if (type === undefined || isAnything(requestBody.content[type]?.schema)) return;
    const body = pointer + pointerOf("requestBody", "content", type, "schema");
    const lines = type.endsWith("ndjson") ? asked.body.split("\n") : [asked.body];
    for (const line of lines) {
      if (line.trim() !== "") this.#checkValue(body, JSON.parse(line));
    }
  }

  /**
   * What no answer was held against, for people: operations, and statuses of others. Nothing if none was at
   * all. What goes wrong on our side is left out: no request can ask for it.
   */
  unseen(): string[] {
    if (this.#seen.size === 0) return [];
    const missing = this.operations.all.flatMap(({ operation: { operationId, responses } }) => {
      const seen = this.#seen.get(operationId);
      if (seen === undefined) return [{ status: "never answered", operationId }];
      return Object.keys(responses)
        .filter((status) => Number(status) < 500 && !seen.has(status))
        .map((status) => ({ status, operationId }));
    });
    return Array.from(
      Map.groupBy(missing, ({ status }) => status),
      ([status, those]) => `${status}: ${those.map(({ operationId }) => operationId).join(", ")}`,
    );
  }
}

const CONSOLE_API = /^\/console\/api\/(?=.)/;

interface Found {
  readonly response: DescribedResponse;
  readonly pointer: string;
}

function split(url: string): string[] {
  const start = url.indexOf("?");
  return start === -1 ? [url] : [url.slice(0, start), url.slice(start + 1)];
}

function mediaType(headers: NonNullable<Asked["headers"]>): string {
  const [type = "", ...parameters] = String(headers["content-type"]).split("; ");
  assert.deepEqual(parameters, ["charset=utf-8"], "the parameters of its content type");
  return type;
}

function isAnything(schema: object = {}): boolean {
  return Object.keys(schema).length === 0;
}

/** What is JSON of the types that are described: that which the request has, or the plain one. */
function typeOfBody({ headers = {} }: Asked, types: readonly string[]): string | undefined {
  const [given = ""] = String(headers["content-type"]).toLowerCase().split(";");
  return types.find((type) => type === given.trim()) ?? types.find((type) => type === PLAIN);
}

const PLAIN = "application/json";

function codeOf(text: string): ErrorCode {
  const { type } = JSON.parse(text) as { readonly type: string };
  return type.slice("urn:eventsync:problem:".length) as ErrorCode;
}

/** All that are described; or some of them, where a described one may be refused, too. */
function checkAllow({ headers = {} }: Answered, described: readonly FoundOperation[]): void {
  const allow = String(headers["allow"]).split(", ");
  const all = described.map(({ method }) => method.toUpperCase());
  const most = all.filter((method) => allow.includes(method));
  const mayBeFewer = described.some(({ operation }) => "405" in operation.responses);
  assert.deepEqual([...allow].sort(), (mayBeFewer ? most : all).sort(), "its Allow");
}

function checkRetryAfter(text: string, headers: NonNullable<Asked["headers"]>): void {
  const isSoon = ERRORS[codeOf(text)].retry === "soon";
  assert.equal(headers["retry-after"] !== undefined, isSoon, "whether it has a Retry-After");
}

function isPreflight({ method, headers = {} }: Asked): boolean {
  return (
    method === "OPTIONS" &&
    headers["origin"] !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}
