/** A small HTTP client: it sends what it is given, and the load generator shares two cores with others. */
import { Agent, request, type IncomingHttpHeaders } from "node:http";

export interface Sent {
  readonly method?: string;
  /** As it goes over the wire; that of the URL if left out. */
  readonly path?: string;
  /** By name, or name, value, name, value, …, as they go over the wire. */
  readonly headers?: Readonly<Record<string, string>> | readonly string[];
  readonly body?: Uint8Array | string;
  /** Keeps connections; if left out, each request has one of its own. */
  readonly agent?: Agent;
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined;
  /** When to read no further, though the answer goes on. */
  readonly isEnough?: (text: string) => boolean;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** As a plain client would: no header is added but Host, and Content-Length for a body. */
export function send(
  url: string,
  { method = "POST", path, headers = [], body, agent, signal, isEnough }: Sent,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const given = isList(headers) ? headers : Object.entries(headers).flat();
    const names = given.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const isFramed = names.includes("content-length") || names.includes("transfer-encoding");
    const length =
      isFramed || body === undefined ? [] : ["Content-Length", String(Buffer.byteLength(body))];
    const outgoing = request(
      url,
      {
        method,
        headers: ["Host", new URL(url).host, ...given, ...length],
        agent: agent ?? false,
        ...(path !== undefined && { path }),
        ...(signal && { signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        const text = (): string => Buffer.concat(chunks).toString();
        const answer = (): void => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: text() });
        };
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          if (isEnough?.(text()) !== true) return;
          answer();
          outgoing.destroy();
        });
        response.on("error", reject);
        response.on("end", answer);
      },
    );
    outgoing.on("error", (error) => {
      reject(Object.assign(error, { reused: outgoing.reusedSocket }));
    });
    // Not a text: with a text Node.js encodes the headers once more, as it encodes the text.
    outgoing.end(body === undefined ? undefined : Buffer.from(body));
  });
}

const kept = new Agent({ keepAlive: true, maxSockets: Infinity });

/** Posts over connections that are kept; sends again if a kept one was just being closed. */
export async function post(
  url: string,
  body: Uint8Array | string,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
  signal?: AbortSignal,
): Promise<Answered> {
  const sent: Sent = { headers, body, agent: kept, signal };
  try {
    return await send(url, sent);
  } catch (error) {
    if ((error as { reused?: boolean }).reused !== true) throw error;
    return send(url, sent);
  }
}

/** Closes the kept connections, so that the process can end. */
export function closeConnections(): void {
  kept.destroy();
}

function isList(headers: NonNullable<Sent["headers"]>): headers is readonly string[] {
  return Array.isArray(headers);
}
