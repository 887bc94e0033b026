import { lookup as systemLookup } from "node:dns";
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { Call, Caller } from "../../../app/ports/caller.ts";
import { isPublic, literalAddress } from "../../../domain/address.ts";
import {
  retryAfterMs,
  type CallAnswer,
  type CallFailure,
  type CallResult,
} from "../../../domain/attempt.ts";
import { guardedLookup, RefusedAddress, sharedLookup, type Lookup } from "./guardedLookup.ts";

export interface CallerOptions {
  /** Of Node.js, where a test has no names of its own. */
  readonly lookup?: Lookup;
  /** `isPublic`, where a test has no public address. */
  readonly isAllowed?: (address: string) => boolean;
  /** Certificates of authorities to trust instead of the usual ones. */
  readonly ca?: string;
}

/** Connections that are kept for the next call, at most. */
const MAX_FREE_SOCKETS = 64;

type Agents = Readonly<Record<"http:" | "https:", HttpAgent>>;

/**
 * Calls servers over connections that are kept. Those to servers that may be private are kept apart: a
 * call that may not go there cannot come by one. It uses no proxy, whatever the environment says.
 */
export function makeCaller({
  lookup = systemLookup,
  isAllowed = isPublic,
  ca,
}: CallerOptions = {}): Caller {
  // Not left to the environment, which can switch it off (NODE_TLS_REJECT_UNAUTHORIZED).
  const tls = { rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
  const agentsWith = (look: LookupFunction): Agents => {
    const options = { keepAlive: true, maxFreeSockets: MAX_FREE_SOCKETS, lookup: look };
    return { "http:": new HttpAgent(options), "https:": new HttpsAgent({ ...options, ...tls }) };
  };
  const shared = sharedLookup(lookup);
  const guarded = agentsWith(guardedLookup(shared, isAllowed));
  const open = agentsWith(guardedLookup(shared, () => true));

  return {
    async call(call) {
      const url = URL.parse(call.url);
      const protocol = url?.protocol;
      if (url === null || (protocol !== "https:" && protocol !== "http:")) {
        return { error: "unsendable", message: "its URL is none of HTTP" };
      }
      // For an address no name is resolved, and nothing looks at it.
      const address = literalAddress(url);
      if (!call.allowPrivate && address !== undefined && !isAllowed(address)) {
        return failureOf(new RefusedAddress(address, address));
      }
      return exchange(call, url, (call.allowPrivate ? open : guarded)[protocol]);
    },
  };
}

/** A request and its answer, within the time limit. */
function exchange(call: Call, url: URL, agent: HttpAgent): Promise<CallResult> {
  return new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let isOver = false;
    let isAnswered = false;
    const end = (result: CallResult): void => {
      isOver = true;
      clearTimeout(timer);
      resolve(result);
    };
    const timer = setTimeout(() => {
      const message = `no complete answer within ${String(call.timeoutMs / 1000)} s`;
      end({ error: "timeout", message });
      request?.destroy();
    }, call.timeoutMs);

    const send = (): void => {
      const current = open(call, url, agent);
      if ("error" in current) {
        end(current);
        return;
      }
      request = current;
      current.on("response", (response) => {
        isAnswered = true;
        read(response, call.maxAnswerBytes).then(end, (error: unknown) => {
          end(failureOf(error));
        });
      });
      // Without this nothing would say that it is over.
      current.on("upgrade", (_, socket) => {
        socket.destroy();
        end({ error: "connection", message: "the server switches to another protocol" });
      });
      current.on("error", (error) => {
        if (isOver) return;
        // Once it answers it was heard; and nobody would wait for another one, or end it.
        if (!isAnswered && isStale(current, error)) send();
        else end(failureOf(error));
      });
      current.end(call.body);
    };
    send();
  });
}

function open(call: Call, url: URL, agent: HttpAgent): ClientRequest | CallFailure {
  const { method, headers, body } = call;
  const isBodiless = method === "GET" || method === "DELETE";
  const length =
    body === undefined && isBodiless ? {} : { "content-length": String(body?.length ?? 0) };
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  try {
    return send(url, { method, headers: { ...headers, ...length }, agent });
  } catch (error) {
    // A header that cannot be sent, say; its text could be a secret.
    return { error: "unsendable", message: `it is no request (${codeOf(error)})` };
  }
}

/**
 * A server closes a kept connection when it likes, and an instance that gets no CPU between its requests
 * hears of it only when it sends. Then it was not heard, as a rule; the call may come twice in any case.
 */
function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && ["ECONNRESET", "EPIPE"].includes(codeOf(error));
}

/** Reads an answer up to a bound; if there is more the connection is closed, so that no more of it comes. */
function read(response: IncomingMessage, maxBytes: number): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const end = (isTruncated: boolean): void => {
      resolve(answerOf(response, Buffer.concat(chunks), isTruncated));
    };
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, maxBytes - bytes));
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      response.destroy();
      end(true);
    });
    response.on("end", () => {
      end(false);
    });
    response.on("error", reject);
  });
}

function answerOf(response: IncomingMessage, body: Buffer, isTruncated: boolean): CallAnswer {
  const headers = Object.fromEntries(
    Object.entries(response.headersDistinct).map(([name, values = []]) => [
      name,
      values.join(", "),
    ]),
  );
  const { "retry-after": retryAfter, "content-type": contentType } = headers;
  const askedMs = retryAfterMs(retryAfter, Date.now());
  return {
    status: response.statusCode ?? 0,
    headers,
    ...(askedMs !== undefined && { retryAfterMs: askedMs }),
    answer: { ...(contentType !== undefined && { contentType }), body, isTruncated },
  };
}

/** Of OpenSSL and Node.js, what is about certificates and the handshake. */
const TLS_CODE =
  /^(?:ERR_(?:TLS|SSL|OSSL)_|EPROTO$|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH)|CERT|CRL|HOSTNAME_MISMATCH/;

function failureOf(error: unknown): CallFailure {
  const message = error instanceof Error ? messageOf(error) : String(error);
  if (error instanceof RefusedAddress) return { error: "refused-address", message };
  return { error: TLS_CODE.test(codeOf(error)) ? "tls" : "connection", message };
}

/** Where all addresses of a name were tried, the error of each is inside. */
function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
