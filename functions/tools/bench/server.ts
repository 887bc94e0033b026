/** What is measured: ours, with the triggers that Eventarc would deliver, or any compatible server. */
import { post } from "../../testkit/http.ts";
import type { Triggers } from "./triggers.ts";

/** An event that the server has accepted. */
export interface Accepted {
  /** When the answer arrived, by `performance.now()`. */
  readonly at: number;
  readonly eventId: string;
  /** Where the service has a correlation. */
  readonly key?: string;
  /** Resolves when its trigger was accepted; at once where the server sees to that by itself. */
  readonly delivered: Promise<void>;
}

/**
 * @param pair what the events of a pair have in common; in the query, as `pair`, which is their key where
 *   the service has a correlation
 */
type Send = (
  service: string,
  eventKey: string,
  content: string,
  pair?: string,
) => Promise<Accepted>;

export interface Server {
  /** Sends an event and has its trigger delivered. */
  readonly send: Send;
  /** Only stores an event: no trigger is delivered. */
  readonly store: Send;
}

/** Our functions `event` and `checkWindow`, by their URLs. */
export function ourServer(eventUrl: string, triggers: Triggers): Server {
  const store: Send = async (service, eventKey, content, pair) => {
    const url = `${eventUrl}/${service}/${eventKey}${queryOf(pair)}`;
    const { status, text } = await post(url, content);
    const at = performance.now();
    if (status !== 202) throw new Error(`event answers ${String(status)} ${text}`);
    const { eventId, key } = JSON.parse(text) as { eventId: string; key?: string };
    return { at, eventId, ...(key !== undefined && { key }), delivered: Promise.resolve() };
  };
  return {
    store,
    async send(service, eventKey, content, pair) {
      const accepted = await store(service, eventKey, content, pair);
      const { eventId, key = "" } = accepted;
      const created = { serviceName: service, key, eventKey, eventId, receivedAtMs: Date.now() };
      const delivered = triggers.deliver(created);
      delivered.catch(() => undefined); // whoever waits for it is told
      return { ...accepted, delivered };
    },
  };
}

/** A server elsewhere, with a single service: its own triggers, and no names of services in its URLs. */
export function otherServer(base: string): Server {
  const send: Send = async (_service, eventKey, content, pair) => {
    const { status, text } = await post(`${base}/event/${eventKey}${queryOf(pair)}`, content);
    const at = performance.now();
    if (status >= 300) throw new Error(`${base} answers ${String(status)} ${text}`);
    return { at, eventId: "", delivered: Promise.resolve() };
  };
  return { send, store: send };
}

/** The query parameter with what the events of a pair have in common. */
export const PAIR = "pair";

export function queryOf(pair: string | undefined): string {
  return pair === undefined ? "" : `?${PAIR}=${encodeURIComponent(pair)}`;
}

let sent = 0;

/** A typical small body, different each time. */
export function newContent(): string {
  return JSON.stringify({
    id: `${String(process.pid)}-${String(sent++)}`,
    type: "order.paid",
    customer: "c-204861",
    amount: { value: "149.90", currency: "EUR" },
    items: [
      { sku: "A-1001", quantity: 2 },
      { sku: "B-2002", quantity: 1 },
    ],
  });
}
