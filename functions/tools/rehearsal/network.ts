/**
 * Loaded before anything else into firebase-tools and all that it starts (`NODE_OPTIONS`): requests to
 * any host go to the stand-in, whatever the host, and no socket leads beyond this machine. The overrides
 * that firebase-tools has for its origins would not do: some hosts are fixed in its code, and it derives
 * the names of the APIs that it enables from the origins.
 */
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";

import { isLoopback, refuseConnections } from "../loopback.ts";

/** The variables by which a rehearsal tells this module about itself. */
export const ORIGIN_VARIABLE = "EVENTSYNC_REHEARSAL_ORIGIN";
export const REFUSED_VARIABLE = "EVENTSYNC_REHEARSAL_REFUSED";

const origin = process.env[ORIGIN_VARIABLE];
if (origin !== undefined) {
  sendRequestsTo(origin);
  refuseConnections((host) => {
    const refused = process.env[REFUSED_VARIABLE];
    if (refused !== undefined) appendFileSync(refused, `${host}\n`);
    return new Error(`The rehearsal refused a connection to ${host}.`);
  });
  if (process.argv[1]?.endsWith("firebase-tools/lib/bin/firebase.js") === true) {
    waitLess(process.argv[1]);
  }
}

function sendRequestsTo(standIn: string): void {
  const realFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (isLoopback(url.hostname)) return realFetch(input, init);
    const redirected = `${standIn}/${url.host}${url.pathname}${url.search}`;
    return realFetch(input instanceof Request ? new Request(redirected, input) : redirected, init);
  };
}

/** An API takes some time to be enabled, and firebase-tools ten seconds to ask whether it is. */
function waitLess(firebase: string): void {
  const { POLL_SETTINGS } = createRequire(firebase)("../ensureApiEnabled.js") as {
    POLL_SETTINGS: { pollInterval: number };
  };
  POLL_SETTINGS.pollInterval = 1;
}
