/** A function on the real functions-framework, which is what serves in production, over real HTTP. */
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { Request, Response } from "express";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { send, type Answered, type Sent } from "../../testkit/http.ts";

// Otherwise express prints every error that a test provokes.
process.env["NODE_ENV"] ??= "test";

type Handler = (request: Request, response: Response) => Promise<void>;

export type { Answered, Sent };

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
    send: (sent) => send(`http://localhost:${String(port)}`, { path: "/", ...sent }),
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
