/** A server that is called: it answers, or does not, in the ways of real ones, and remembers what it got. */
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** A request, as it came over the wire. */
export interface ReceivedCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly atMs: number;
  /** Which connection it came by, from 1. */
  readonly connection: number;
}

/** What becomes of a request. */
export type Behaviour =
  | {
      readonly does: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    }
  /** No answer at all, until the receiver stops. */
  | { readonly does: "hang" }
  /** 200, then the body byte by byte, one each so many milliseconds. */
  | { readonly does: "trickle"; readonly body: string; readonly everyMs: number }
  /** The connection is closed. */
  | { readonly does: "closeBefore" }
  /** 200 and a part of the body, then the connection is closed. */
  | { readonly does: "closeAfter" }
  /** 200, and so many bytes. */
  | { readonly does: "flood"; readonly bytes: number }
  /** Something that is no HTTP. */
  | { readonly does: "babble"; readonly text: string };

/** What a receiver does: the same each time, or by the request and how many came before it. */
export type Behaving = Behaviour | ((call: ReceivedCall, index: number) => Behaviour);

export function answer(
  status: number,
  body?: string | Uint8Array,
  headers?: Readonly<Record<string, string>>,
): Behaviour {
  return {
    does: "answer",
    status,
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
  };
}

export interface ReceiverOptions {
  readonly behaving?: Behaving;
  /** Over TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** One that was just given up by another, say; if left out, any. */
  readonly port?: number;
}

export class Receiver {
  readonly calls: ReceivedCall[] = [];
  /** Most requests that were under way at once. */
  mostAtOnce = 0;
  /** Bytes of floods that were written. */
  bytesWritten = 0;
  behaving: Behaving;
  readonly #server: Server;
  readonly #scheme: string;
  readonly #connections = new WeakMap<object, number>();
  #connectionCount = 0;
  #underWay = 0;

  private constructor({ behaving = answer(200), tls }: ReceiverOptions) {
    this.behaving = behaving;
    const listener: RequestListener = (request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    };
    this.#scheme = tls === undefined ? "http" : "https";
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    this.#server.on(tls === undefined ? "connection" : "secureConnection", (socket: object) => {
      this.#connections.set(socket, ++this.#connectionCount);
    });
  }

  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = new Receiver(options);
    receiver.#server.listen(options.port ?? 0, "127.0.0.1");
    await once(receiver.#server, "listening");
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** By its address. */
  get url(): string {
    return `${this.#scheme}://127.0.0.1:${String(this.port)}`;
  }

  /** The same by its name. */
  get namedUrl(): string {
    return `${this.#scheme}://localhost:${String(this.port)}`;
  }

  /** How many connections there were. */
  get connections(): number {
    return this.#connectionCount;
  }

  /** Closes the connections over which nothing is under way. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    if (this.#server.listening) await once(this.#server, "close");
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = Date.now();
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#underWay);
    response.once("close", () => this.#underWay--);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call: ReceivedCall = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: headersOf(request),
      body: Buffer.concat(chunks),
      atMs,
      connection: this.#connections.get(request.socket) ?? 0,
    };
    const index = this.calls.push(call) - 1;
    const { behaving } = this;
    await this.#behave(typeof behaving === "function" ? behaving(call, index) : behaving, response);
  }

  async #behave(behaviour: Behaviour, response: ServerResponse): Promise<void> {
    switch (behaviour.does) {
      case "answer":
        response.writeHead(behaviour.status, behaviour.headers);
        response.end(behaviour.body);
        return;
      case "hang":
        return;
      case "trickle":
        trickle(behaviour.body, behaviour.everyMs, response);
        return;
      case "closeBefore":
        response.socket?.destroy();
        return;
      case "closeAfter":
        response.writeHead(200, { "content-length": "1000" });
        response.write("a part", () => response.socket?.destroy());
        return;
      case "flood":
        await this.#flood(behaviour.bytes, response);
        return;
      case "babble":
        response.socket?.end(behaviour.text);
    }
  }

  async #flood(bytes: number, response: ServerResponse): Promise<void> {
    response.writeHead(200, { "content-length": String(bytes) });
    // No faster than it is read, as everywhere.
    await pipeline(this.#chunks(bytes), response);
  }

  *#chunks(bytes: number): Generator<Buffer> {
    const chunk = Buffer.alloc(64 * 1024, "x");
    for (let left = bytes; left > 0; left -= chunk.length) {
      this.bytesWritten += Math.min(left, chunk.length);
      yield chunk.subarray(0, left);
    }
  }
}

/** From the wire: what serves a function may hide headers from all of its process. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    const before = headers.get(name.toLowerCase());
    headers.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function trickle(body: string, everyMs: number, response: ServerResponse): void {
  response.writeHead(200, { "content-length": String(Buffer.byteLength(body)) });
  const bytes = Buffer.from(body).values();
  const timer = setInterval(() => {
    const { value, done } = bytes.next();
    if (done === true) response.end();
    else response.write(Uint8Array.of(value));
    if (done === true) clearInterval(timer);
  }, everyMs);
  response.once("close", () => {
    clearInterval(timer);
  });
}
