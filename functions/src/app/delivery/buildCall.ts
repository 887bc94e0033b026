import type { CallFailure } from "../../domain/attempt.ts";
import { cloudEventOf } from "../../domain/publication.ts";
import { signatureHeaders, signingKey } from "../../domain/signature.ts";
import type { MessageEvent, SyncMessage } from "../../domain/syncMessage.ts";
import type { HttpTarget } from "../../domain/target.ts";
import { carriedTraceparent } from "../../domain/traceContext.ts";
import {
  asHeaderValue,
  headerValueOf,
  isHeaderValue,
  parseHeaderValue,
  parseUrl,
  urlOf,
  type Parsed,
  type Template,
  type Variables,
} from "../../domain/template.ts";
import type { Call, IdentityTokens } from "../ports/caller.ts";
import type { Secrets } from "../ports/secrets.ts";

/** What is to be delivered. */
export interface Delivered {
  readonly message: SyncMessage;
  /** Of the sync. */
  readonly syncId: string;
  /** Of its event, where there is one only. */
  readonly eventId?: string;
}

export interface BuildDeps {
  readonly secrets: Secrets;
  readonly identityTokens: IdentityTokens;
}

export interface BuiltCall {
  readonly call: Call;
  /** What of it nobody may read. */
  readonly confidential: readonly string[];
}

/**
 * Most bytes of an answer that are read: more than what is kept of it, so that the connection can be used
 * again; of one that may be published, what a message of 80 calls at once leaves room for.
 */
export const MAX_ANSWER_BYTES = { plain: 64 * 1024, reply: 1024 * 1024 } as const;

/** There is no such call: thrown inside, a result outside. */
class NoCall extends Error {
  readonly failure: CallFailure;

  constructor(failure: CallFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The call that delivers a sync, or why there is none. It has the same bytes and ids each time. */
export async function buildCall(
  deps: BuildDeps,
  target: HttpTarget,
  delivered: Delivered,
  nowMs: number,
): Promise<BuiltCall | CallFailure> {
  try {
    return await build(deps, target, delivered, nowMs);
  } catch (error) {
    if (error instanceof NoCall) return error.failure;
    throw error;
  }
}

async function build(
  deps: BuildDeps,
  target: HttpTarget,
  delivered: Delivered,
  nowMs: number,
): Promise<BuiltCall> {
  const { message } = delivered;
  const { url: urlText, method, allowPrivate, timeoutSeconds, reply } = target;
  const id = callId(delivered);
  const variables = { key: message.key ?? "", eventID: id, service: message.serviceName };
  const url = urlOf(correct(parseUrl(urlText, allowPrivate)), variables);
  if (url === undefined) throw unsendable("the key would lead to another path of the URL");

  const { headers: content, body } = contentOf(target, message);
  const sentBody = method === "GET" || method === "DELETE" ? undefined : body;
  const own = await ownHeaders(deps, target, variables);
  const token = await identityToken(deps, target, url);
  const keys = await signingKeys(deps, target);
  const signable = { id, timeMs: nowMs, body: sentBody ?? new Uint8Array() };
  const traceparent = carriedTraceparent(message);
  const call: Call = {
    url,
    method,
    headers: {
      "user-agent": "EventSync",
      ...(traceparent !== undefined && { traceparent }),
      ...(sentBody === undefined ? withoutType(content) : content),
      ...own.headers,
      "idempotency-key": id,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(keys.length > 0 && signatureHeaders(signable, keys)),
    },
    ...(sentBody !== undefined && { body: sentBody }),
    timeoutMs: timeoutSeconds * 1000,
    allowPrivate,
    maxAnswerBytes: reply === undefined ? MAX_ANSWER_BYTES.plain : MAX_ANSWER_BYTES.reply,
  };
  return { call, confidential: [...own.secrets, ...(token === undefined ? [] : [token])] };
}

/**
 * By which a receiver knows a delivery again (`webhook-id`, `Idempotency-Key`): the `eventID` of the sync.
 * That is a digest of the ids of its events, and an event is in one sync only; where events are kept, the
 * same set of events is the same sync. So it is the same for each attempt and redrive, and for no other
 * sync. All syncs without events have one digest; of these it is the sync's own id.
 */
export function callId({ message, syncId }: Delivered): string {
  const isEmpty = Object.values(message.events).every(({ numberOfEvents }) => numberOfEvents === 0);
  return isEmpty ? syncId : message.eventID;
}

interface Content {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function contentOf({ body }: HttpTarget, message: SyncMessage): Content {
  switch (body) {
    case "message":
      return { headers: { "content-type": "application/json" }, body: jsonOf(message) };
    case "cloudevents":
      return { headers: encoded(cloudEventOf(message)), body: jsonOf(message) };
    case "event":
      return eventContent(message);
  }
}

function jsonOf(message: SyncMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** The event as it came: its body byte for byte; a CloudEvent is one again, in binary mode. */
function eventContent({ events }: SyncMessage): Content {
  const sent = Object.values(events).flatMap((list) => list.events ?? []);
  const [event] = sent;
  if (event === undefined || sent.length > 1) {
    throw unsendable(`expected one event to send, got ${String(sent.length)}`);
  }
  const { content, contentEncoding, attributes = {} } = event;
  const ce = Object.entries(attributes).filter(([name]) => name !== "datacontenttype");
  const type = attributes["datacontenttype"] ?? headerOf(event, "content-type");
  return {
    headers: {
      ...encoded(Object.fromEntries(ce.map(([name, value]) => [`ce-${name}`, value]))),
      ...(type !== undefined && isHeaderValue(type) && { "content-type": type }),
    },
    body: Buffer.from(content, contentEncoding ?? "utf8"),
  };
}

function headerOf({ headers = {} }: MessageEvent, name: string): string | undefined {
  return Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1][0];
}

/** A content type is one as it is: it has a blank behind its semicolon. */
function encoded(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name === "content-type" ? value : asHeaderValue(value),
    ]),
  );
}

function withoutType(headers: Content["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "content-type"));
}

/** The configured headers, and which of their values are secret. */
async function ownHeaders(
  deps: BuildDeps,
  { headers }: HttpTarget,
  variables: Variables,
): Promise<{ readonly headers: Record<string, string>; readonly secrets: readonly string[] }> {
  const secrets: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const header = name.toLowerCase();
    if (typeof value === "string") {
      values[header] = headerValueOf(correct(parseHeaderValue(value)), variables);
      continue;
    }
    const secret = await secretOf(deps, value.secret);
    if (!isHeaderValue(secret))
      throw notReady(`${named(value.secret)} cannot be the value of a header`);
    secrets.push(secret);
    values[header] = secret;
  }
  return { headers: values, secrets };
}

async function identityToken(
  { identityTokens }: BuildDeps,
  { auth }: HttpTarget,
  url: string,
): Promise<string | undefined> {
  if (auth === undefined) return undefined;
  try {
    return await identityTokens(auth.identityToken.audience ?? new URL(url).origin);
  } catch (error) {
    throw notReady(`no identity token: ${reasonOf(error)}`);
  }
}

async function signingKeys(deps: BuildDeps, { signature }: HttpTarget): Promise<Uint8Array[]> {
  const { secret, previousSecret } = signature ?? {};
  const names = [secret, previousSecret].filter((name) => name !== undefined);
  return Promise.all(
    names.map(async (name) => {
      const key = signingKey(await secretOf(deps, name));
      if (key === undefined)
        throw notReady(`${named(name)} is no signing secret: behind whsec_ it has no Base64`);
      return key;
    }),
  );
}

async function secretOf({ secrets }: BuildDeps, name: string): Promise<string> {
  let value;
  try {
    value = await secrets(name);
  } catch (error) {
    throw notReady(`${named(name)} cannot be read: ${reasonOf(error)}`);
  }
  if (value === undefined) throw notReady(`there is no ${named(name)}`);
  return value;
}

const named = (secret: string): string => `secret ${JSON.stringify(secret)}`;

/** The configuration check refuses what is not correct. */
function correct(template: Parsed<Template>): Template {
  if ("problem" in template) throw unsendable(template.problem);
  return template.parsed;
}

function unsendable(message: string): NoCall {
  return new NoCall({ error: "unsendable", message });
}

function notReady(message: string): NoCall {
  return new NoCall({ error: "not-ready", message });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
