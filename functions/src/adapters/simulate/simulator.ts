import { BoundedMap } from "../../app/boundedMap.ts";
import { CLAIM_CHUNK } from "../../app/claimSyncs.ts";
import { deadlineOfRule } from "../../app/deadlines.ts";
import type { TimesOfDay } from "../../app/ports.ts";
import type { AcceptedRequest } from "../../app/storeEvent.ts";
import { correlate, correlateBatch } from "../../config/correlation.ts";
import {
  requireMethod,
  routeEvent,
  routeService,
  type EndpointRoute,
  type Services,
} from "../../config/route.ts";
import type { EndpointConfig, ServiceConfig } from "../../config/schema.ts";
import { EventSyncError } from "../../domain/errors.ts";
import type { Event } from "../../domain/event.ts";
import { eventIdFrom } from "../../domain/newEvent.ts";
import { Simulation, type Happening, type OpenSimulated } from "../../domain/simulation.ts";
import type { ContentRules } from "../content/contentRules.ts";
import { eventReader, MAX_BODY_BYTES, type ReadEvent } from "../http/eventRequest.ts";
import { EntryError, type InputEntry, type InputEvent, type InputOrder } from "./readEntry.ts";

/**
 * A simulation of requests: each goes through what the function `event` puts it through, and what that accepts
 * goes through the replay. Nothing is stored, published or called.
 */
export interface Simulator {
  /**
   * Takes the next entry.
   *
   * @param number of its line, or in its list, from 1: events without an id are told apart by it
   * @throws EntryError if it is earlier than the one before, or has a key where there are none
   */
  take(entry: InputEntry, number: number): void;
  /**
   * Says of an event that is stored what it would count as; without its time, so that it may be asked in any
   * order. Its key is computed anew; one that has none keeps that with which it was stored, as one that was
   * staged does.
   */
  judge(event: Event): JudgedEvent;
  /** Takes the next one of those. @throws EntryError as `take` */
  takeJudged(judged: JudgedEvent, number: number): void;
  /** Takes a reset of all windows of a service, as it was. */
  takeReset(service: string, atMs: number): void;
  /** Lets time pass, until then or until nothing is open any more. @returns what is open then */
  end(untilMs: number): readonly OpenSimulated[];
}

/** What a stored event would count as: with its key, or not at all. */
export type JudgedEvent = Pick<Event, "id" | "eventKey" | "receivedAtMs"> &
  (Pick<Event, "key" | "ignored"> | { readonly error: EventSyncError });

/** What comes of entries: what happens in windows, and what never comes so far. */
export type Told = Happening | Ignored | Refused | Repeated;

interface Sent {
  readonly atMs: number;
  /** Of its entry. */
  readonly number: number;
  readonly service: string;
  readonly eventKey: string;
}

/** An event that is stored and does not count. */
export interface Ignored extends Sent {
  readonly what: "ignored";
  readonly eventId: string;
  readonly reason: string;
  readonly detail?: string;
}

/** A request that is answered with a problem: nothing comes of it. */
export interface Refused extends Sent {
  readonly what: "refused";
  readonly error: EventSyncError;
}

/** An event that was there already. */
export interface Repeated extends Sent {
  readonly what: "repeated";
  readonly eventId: string;
}

export interface SimulatorFacts {
  readonly services: Services;
  /** Undefined if no endpoint asks anything of content. */
  readonly contentRules: Pick<ContentRules, "judge"> | undefined;
  readonly timesOfDay: TimesOfDay;
  /** Whose entries are that name none: the first if it is not given. */
  readonly service?: string;
  readonly tell: (told: Told) => void;
}

/** Events that have an id, or a name of their source's, which are known when they come again. */
const REMEMBERED = 100_000;

export async function makeSimulator(facts: SimulatorFacts): Promise<Simulator> {
  const { services, timesOfDay, tell } = facts;
  const rules = await Promise.all(
    services.map(async (rule) => ({
      rule,
      deadlineOf: await deadlineOfRule({ timesOfDay }, rule),
      newAtMost: CLAIM_CHUNK,
    })),
  );
  return new RequestSimulator(facts, new Simulation(rules, tell));
}

class RequestSimulator implements Simulator {
  readonly #facts: SimulatorFacts;
  readonly #simulation: Simulation;
  readonly #seen = new BoundedMap<string, true>(REMEMBERED);
  #lastMs = -Infinity;

  constructor(facts: SimulatorFacts, simulation: Simulation) {
    this.#facts = facts;
    this.#simulation = simulation;
  }

  take(entry: InputEntry, number: number): void {
    this.#goTo(entry.atMs);
    const service = entry.service ?? this.#service;
    try {
      if (entry.what === "event") this.#send({ ...entry, service }, number);
      else this.#order({ ...entry, service });
    } catch (error) {
      if (!(error instanceof EventSyncError)) throw error;
      const { atMs } = entry;
      const eventKey = entry.what === "event" ? entry.eventKey : entry.what;
      this.#facts.tell({ what: "refused", atMs, number, service, eventKey, error });
    }
  }

  judge(event: Event): JudgedEvent {
    const { id, eventKey, receivedAtMs, httpMethod, headers, queryParams, content } = event;
    const { attributes, key: stored } = event;
    const place = { id, eventKey, receivedAtMs };
    try {
      const service = this.#service;
      const route = routeEvent(this.#facts.services, `${service}/${eventKey}`);
      if (route.kind === "trigger") throw unknownEndpoint(eventKey);
      const { endpoint } = route;
      requireMethod(httpMethod, endpoint.acceptedHttpMethods, "The endpoint");
      const common = { eventKey, httpMethod, headers, queryParams, content };
      const request = { ...common, ...(attributes && { attributes }), idempotencyKey: undefined };
      const [judged = request] = this.#judged(endpoint, [{ request, place: "" }]);
      return { ...place, ...keyedAs(route, judged, stored) };
    } catch (error) {
      if (error instanceof EventSyncError) return { ...place, error };
      throw error;
    }
  }

  takeJudged(judged: JudgedEvent, number: number): void {
    const { id: eventId, eventKey, receivedAtMs: atMs } = judged;
    this.#goTo(atMs);
    const service = this.#service;
    const sent = { atMs, number, service, eventKey };
    if ("error" in judged) {
      this.#facts.tell({ what: "refused", ...sent, error: judged.error });
    } else if (judged.ignored !== undefined) {
      this.#facts.tell({ what: "ignored", ...sent, eventId, ...judged.ignored });
    } else {
      const window = { service, key: judged.key ?? "" };
      const event = { id: eventId, eventKey, receivedAtMs: atMs };
      this.#simulation.take({ what: "event", window, event });
    }
  }

  takeReset(service: string, atMs: number): void {
    this.#goTo(atMs);
    this.#simulation.take({ what: "reset", atMs, window: { service, key: "" } });
  }

  get #service(): string {
    return this.#facts.service ?? this.#facts.services[0].serviceName;
  }

  /** @throws EntryError */
  #goTo(atMs: number): void {
    if (atMs < this.#lastMs) {
      const before = new Date(this.#lastMs).toISOString();
      throw new EntryError("at", `is before ${before}, the time of an entry before it`);
    }
    // What is told of this entry is told after what has happened before it.
    if (atMs > this.#lastMs) this.#simulation.passTo(atMs);
    this.#lastMs = atMs;
  }

  /** What content is asked for. @throws EventSyncError `invalid-content` */
  #judged(endpoint: EndpointConfig, events: readonly ReadEvent[]): AcceptedRequest[] {
    return this.#facts.contentRules?.judge(endpoint, events) ?? events.map((one) => one.request);
  }

  end(untilMs: number): readonly OpenSimulated[] {
    this.#simulation.passTo(untilMs);
    return this.#simulation.open();
  }

  /** @throws EventSyncError */
  #order({ what, atMs, service: name, key }: InputOrder & { readonly service: string }): void {
    const service = routeService(this.#facts.services, name);
    if (key !== undefined) requireKeys(service);
    this.#simulation.take({ what, atMs, window: { service: name, key: key ?? "" } });
  }

  /** @throws EventSyncError */
  #send(entry: InputEvent & { readonly service: string }, number: number): void {
    const { atMs, service: name, key } = entry;
    const route = routeEvent(this.#facts.services, `${name}/${entry.eventKey}`);
    if (route.kind === "trigger") {
      this.#order({ what: "trigger", atMs, service: name, key });
      return;
    }
    const { isBatch, events } = this.#accept(route, entry);
    const { serviceName: service } = route.service;
    for (const [index, event] of events.entries()) {
      const { eventKey, idempotencyKey, ignored } = event;
      const sent = { atMs, number, service, eventKey };
      const eventId = idOf(entry.id, idempotencyKey, eventKey, number, isBatch ? index : undefined);
      if (entry.id !== undefined || idempotencyKey !== undefined) {
        // No name of a service holds a line feed.
        const seen = `${service}\n${eventId}`;
        if (this.#seen.get(seen) === true) {
          this.#facts.tell({ what: "repeated", ...sent, eventId });
          continue;
        }
        this.#seen.set(seen, true);
      }
      if (ignored !== undefined) {
        this.#facts.tell({ what: "ignored", ...sent, eventId, ...ignored });
        continue;
      }
      this.#simulation.take({
        what: "event",
        window: { service, key: event.key ?? "" },
        event: { id: eventId, eventKey, receivedAtMs: atMs },
      });
    }
  }

  /** As the function `event` does. @throws EventSyncError if it is refused */
  #accept(
    { service, endpoint }: EndpointRoute,
    { method, rawHeaders, query, body, key }: InputEvent,
  ): { readonly isBatch: boolean; readonly events: readonly AcceptedRequest[] } {
    if (body.length > MAX_BODY_BYTES) {
      const limit = String(MAX_BODY_BYTES);
      const message = `The body is larger than the limit of ${limit} bytes.`;
      throw new EventSyncError("event-too-large", message);
    }
    const { acceptedHttpMethods } = endpoint;
    const usual = acceptedHttpMethods.find((one) => one === "POST") ?? acceptedHttpMethods[0];
    const head = { method: method?.toUpperCase() ?? usual ?? "", url: `/${query}`, rawHeaders };
    const { isBatch, events } = eventReader(head, endpoint)(body);
    const judged = this.#judged(endpoint, events);
    if (key !== undefined) {
      requireKeys(service);
      return {
        isBatch,
        events: judged.map((one) => (one.ignored === undefined ? { ...one, key } : one)),
      };
    }
    const keyed = isBatch
      ? correlateBatch(service, endpoint, judged)
      : judged.map((one) => correlate(service, endpoint, one));
    return { isBatch, events: judged.map((one, index) => ({ ...one, ...keyed[index] })) };
  }
}

/** @throws EventSyncError `key-missing` */
function keyedAs(
  { service, endpoint }: EndpointRoute,
  judged: AcceptedRequest,
  stored: string | undefined,
): Pick<Event, "key" | "ignored"> {
  const before = judged.ignored === undefined ? {} : { ignored: judged.ignored };
  const found = (): Pick<Event, "key" | "ignored"> => correlate(service, endpoint, judged);
  if (stored === undefined || service.correlation === undefined) return { ...before, ...found() };
  try {
    const keyed = { ...before, ...found() };
    return keyed.ignored?.reason === "no-key" ? { key: stored } : keyed;
  } catch (error) {
    if (error instanceof EventSyncError && error.code === "key-missing") return { key: stored };
    throw error;
  }
}

const unknownEndpoint = (eventKey: string): EventSyncError =>
  new EventSyncError("unknown-endpoint", `No endpoint ${JSON.stringify(eventKey)} is configured.`);

/** @throws EntryError */
function requireKeys({ serviceName, correlation }: ServiceConfig): void {
  if (correlation !== undefined) return;
  const name = JSON.stringify(serviceName);
  throw new EntryError("key", `has no meaning: the service ${name} has no correlation`);
}

/** What is not named is told apart by its place, so that the order of the entries is the order of the ids. */
function idOf(
  id: string | undefined,
  idempotencyKey: string | undefined,
  eventKey: string,
  number: number,
  inBatch: number | undefined,
): string {
  if (id !== undefined) return inBatch === undefined ? id : `${id}-${digits(inBatch)}`;
  if (idempotencyKey !== undefined) return eventIdFrom(eventKey, idempotencyKey);
  return `entry-${digits(number)}${inBatch === undefined ? "" : `-${digits(inBatch)}`}`;
}

const digits = (number: number): string => String(number).padStart(9, "0");
