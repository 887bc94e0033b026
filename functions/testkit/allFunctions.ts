/**
 * A program: all HTTP functions in one process, each below its own name, as functions-framework serves it. They
 * are those of `lib`, as they are deployed. Whoever starts it says by `PORT` where, and by `CONFIG` and the like
 * all else.
 */
import { subscribe } from "node:diagnostics_channel";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { Request, Response } from "express";

import { ROUTES } from "../src/config/route.ts";

type Module = Readonly<Record<string, (request: Request, response: Response) => unknown>>;

const names = new WeakMap<IncomingMessage, string>();

// Before the functions hear of a request, and for good: each sees what is behind its name only.
subscribe("http.server.request.start", (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const [, name = "", rest = ""] = /^\/([^/?]*)(.*)$/s.exec(request.url ?? "") ?? [];
  names.set(request, name);
  request.url = rest.startsWith("/") ? rest : `/${rest}`;
});

const servers = new Map<string, Server>();
for (const name of Object.keys(ROUTES)) {
  // Each believes that the process is its own.
  process.env["FUNCTION_TARGET"] = name;
  const file = new URL(`../lib/functions/${name}.js`, import.meta.url);
  const handler = ((await import(file.href)) as Module)[name];
  if (handler === undefined) throw new Error(`${file.href} has no function ${name}`);
  http(name, handler as Parameters<typeof http>[1]);
  servers.set(name, getTestServer(name));
}

createServer((request, response) => {
  const server = servers.get(names.get(request) ?? "");
  if (server !== undefined) server.emit("request", request, response);
  else response.writeHead(404).end();
}).listen(Number(process.env["PORT"]), "127.0.0.1");
