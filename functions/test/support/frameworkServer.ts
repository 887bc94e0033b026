/** A function on the real functions-framework, which is what serves in production, over real HTTP. */
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { Request, Response } from "express";
import { request as httpRequest, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

// Otherwise express prints every error that a test provokes.
process.env["NODE_ENV"] ??= "test";

type Handler = (request: Request, response: Response) => Promise<void>;

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  /** Name, value, name, value, … as they go over the wire. */
  readonly headers?: readonly string[];
  readonly body?: Uint8Array | string;
}

export interface FrameworkServer {
  send(sent: Sent): Promise<Answered>;
  readonly port: number;
  close(): Promise<void>;
}

let served = 0;

export async function serve(handler: Handler): Promise<FrameworkServer> {
  const name = `test${String(served++)}`;
  http(name, handler);
  const server: Server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    send: (sent) => send(port, sent),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
        server.closeAllConnections();
      }),
  };
}

/** As a plain client would: no header is added but Host, and Content-Length or chunks for a body. */
function send(
  port: number,
  { method = "POST", path = "/", headers = [], body }: Sent,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const names = headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const isFramed = names.includes("content-length") || names.includes("transfer-encoding");
    const length =
      isFramed || body === undefined ? [] : ["Content-Length", String(Buffer.byteLength(body))];
    const request = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: ["Host", "localhost", ...headers, ...length],
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on("error", reject);
    // Not a text: with a text Node.js encodes the headers once more, as it encodes the text.
    request.end(body === undefined ? undefined : Buffer.from(body));
  });
}
