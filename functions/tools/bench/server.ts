/** What is measured: ours, with the triggers that Eventarc would deliver, or any compatible server. */
import { post } from "./http.ts";
import type { Triggers } from "./triggers.ts";

/** An event that the server has accepted. */
export interface Accepted {
  /** When the answer arrived, by `performance.now()`. */
  readonly at: number;
  readonly eventId: string;
  /** Resolves when its trigger was accepted; at once where the server sees to that by itself. */
  readonly delivered: Promise<void>;
}

export interface Server {
  /** Sends an event and has its trigger delivered. */
  send(service: string, eventKey: string, content: string): Promise<Accepted>;
  /** Only stores an event: no trigger is delivered. */
  store(service: string, eventKey: string, content: string): Promise<Accepted>;
}

/** Our functions `event` and `checkWindow`, by their URLs. */
export function ourServer(eventUrl: string, triggers: Triggers): Server {
  const store = async (service: string, eventKey: string, content: string): Promise<Accepted> => {
    const { status, body } = await post(`${eventUrl}/${service}/${eventKey}`, content);
    const at = performance.now();
    if (status !== 202) throw new Error(`event answers ${String(status)} ${body}`);
    const { eventId } = JSON.parse(body) as { eventId: string };
    return { at, eventId, delivered: Promise.resolve() };
  };
  return {
    store,
    async send(service, eventKey, content) {
      const accepted = await store(service, eventKey, content);
      const { eventId } = accepted;
      const created = { serviceName: service, eventKey, eventId, receivedAtMs: Date.now() };
      const delivered = triggers.deliver(created);
      delivered.catch(() => undefined); // whoever waits for it is told
      return { ...accepted, delivered };
    },
  };
}

/** A server elsewhere, with a single service: its own triggers, and no names of services in its URLs. */
export function otherServer(base: string): Server {
  const send: Server["send"] = async (_service, eventKey, content) => {
    const { status, body } = await post(`${base}/event/${eventKey}`, content);
    const at = performance.now();
    if (status >= 300) throw new Error(`${base} answers ${String(status)} ${body}`);
    return { at, eventId: "", delivered: Promise.resolve() };
  };
  return { send, store: send };
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
