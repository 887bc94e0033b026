/**
 * A stand-in of Google's APIs on 127.0.0.1: what `firebase deploy` asks of them, over the state of one
 * project. It records every request. What it does not know it answers with 501 and remembers: a
 * firebase-tools that does something new is not rehearsed by this one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Call, Route } from "./api.ts";
import { Refusal } from "./api.ts";
import { firestoreApi } from "./apis/firestore.ts";
import { functionsApi, storageApi } from "./apis/functions.ts";
import { describeGcloud, gcloudApi } from "./apis/gcloud.ts";
import { artifactRegistryApi, schedulerApi, tasksApi } from "./apis/others.ts";
import {
  ACCESS_TOKEN,
  billingApi,
  computeApi,
  extensionsApi,
  firebaseApi,
  iamApi,
  resourceManagerApi,
  serviceUsageApi,
  signInApi,
} from "./apis/project.ts";
import { rulesApi } from "./apis/rules.ts";
import { runApi } from "./apis/run.ts";
import type { FakeProject } from "./fakeProject.ts";

const ROUTES: readonly Route[] = [
  ...signInApi,
  ...serviceUsageApi,
  ...resourceManagerApi,
  ...iamApi,
  ...firebaseApi,
  ...computeApi,
  ...billingApi,
  ...extensionsApi,
  ...firestoreApi,
  ...rulesApi,
  ...functionsApi,
  ...storageApi,
  ...runApi,
  ...schedulerApi,
  ...tasksApi,
  ...artifactRegistryApi,
  ...gcloudApi,
];

/** Asked without a token: for one, with a signed URL, and by the stand-in of gcloud. */
const ANONYMOUS = ["www.googleapis.com", "storage.googleapis.com", "gcloud"];

export class FakeCloud {
  readonly project: FakeProject;
  /** Every request so far, in order. */
  readonly calls: Call[] = [];
  /** What was answered to requests that nothing here knows, or that had somebody's credentials. */
  readonly surprises: string[] = [];
  readonly #server: Server;

  private constructor(project: FakeProject) {
    this.project = project;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => {
        // Whoever asked was ended in the middle of it.
        response.destroy();
      });
    });
  }

  static async start(project: FakeProject): Promise<FakeCloud> {
    const cloud = new FakeCloud(project);
    await new Promise<void>((resolve) => cloud.#server.listen(0, "127.0.0.1", resolve));
    return cloud;
  }

  /** Where `https://<host>/<path>` is found, as `<origin>/<host>/<path>`. */
  get origin(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await stopped;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = readCall(request, Buffer.concat(chunks));
    this.calls.push(call);
    try {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(this.#answer(call, request.headers.authorization)));
    } catch (error) {
      const { httpStatus, code, message } =
        error instanceof Refusal
          ? error
          : new Refusal(500, "INTERNAL", `${describe(call)}: ${String(error)}`);
      // What is not known, or goes wrong in here, must not pass for something that the platform said.
      if (httpStatus >= 500 || httpStatus === 401) this.surprises.push(message);
      response.statusCode = httpStatus;
      response.end(JSON.stringify({ error: { code: httpStatus, status: code, message } }));
    }
  }

  #answer(call: Call, authorization: string | undefined): object {
    for (const route of ROUTES) {
      if (route.host !== call.host || route.method !== call.method) continue;
      const match = route.path.exec(call.path);
      if (match === null) continue;
      checkToken(call, authorization);
      return route.answer(this.project, { ...call, groups: { ...match.groups } });
    }
    throw new Refusal(501, "UNIMPLEMENTED", `the rehearsal does not know ${describe(call)}`);
  }
}

/** A call as a person would write it down. */
export function describe(call: Call): string {
  return call.host === "gcloud"
    ? describeGcloud(call)
    : `${call.method} https://${call.host}${call.path}`;
}

function readCall({ method = "", url = "/" }: IncomingMessage, body: Uint8Array): Call {
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  const [, host = "", ...segments] = pathname.split("/");
  return {
    method,
    host,
    path: `/${segments.map(decodeURIComponent).join("/")}`,
    query: searchParams,
    body,
  };
}

/** Nobody's real credentials may come this far. */
function checkToken(call: Call, authorization: string | undefined): void {
  const isSignedIn = authorization === `Bearer ${ACCESS_TOKEN}`;
  const isAnonymous = authorization === undefined && ANONYMOUS.includes(call.host);
  if (isSignedIn || isAnonymous) return;
  throw new Refusal(401, "UNAUTHENTICATED", `${describe(call)}: not with the rehearsal's token`);
}
