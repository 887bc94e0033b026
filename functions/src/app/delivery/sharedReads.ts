import type { Delivery } from "../../domain/delivery.ts";
import type { MessageEvent } from "../../domain/syncMessage.ts";
import { Coalescer } from "../coalescer.ts";
import type { EventLog } from "../ports.ts";
import type { Deliveries, FoundSync } from "../ports/deliveries.ts";

/** Most that one asks for to read it with others: what is small holds up nobody. */
const FEW = 50;

/** How long a request that others share may take. */
const READ_MS = 10_000;

type Events = ReadonlyMap<string, MessageEvent>;

/**
 * Reads what deliveries are made of, together with what others of the service ask for while a request is
 * under way: each document is read all the same, but many that are delivered side by side take a few
 * requests instead of two each. Where one of a request cannot be read, everybody reads its own.
 */
export class SharedReads {
  readonly #deliveries: Deliveries;
  readonly #events: EventLog;
  readonly #syncReads: Coalescer<
    undefined,
    readonly Delivery[],
    ReadonlyMap<Delivery, FoundSync | undefined>
  >;
  readonly #eventReads: Coalescer<string, readonly string[], Events>;

  constructor(deliveries: Deliveries, events: EventLog) {
    this.#deliveries = deliveries;
    this.#events = events;
    this.#syncReads = new Coalescer(async (_, asked) => {
      const all = Array.from(asked).flat();
      const found = await deliveries.syncsOf(all);
      return new Map(all.map((delivery, index) => [delivery, found[index]]));
    }, READ_MS);
    this.#eventReads = new Coalescer(
      (serviceName, asked) =>
        events.read({ serviceName, eventIds: [...new Set(Array.from(asked).flat())] }),
      READ_MS,
    );
  }

  /** Their syncs, in this order, all of one service: see `Deliveries.syncsOf`. */
  async syncsOf(asked: readonly Delivery[]): Promise<FoundSync[]> {
    const [first] = asked;
    if (first === undefined) return [];
    if (asked.length > FEW) return this.#deliveries.syncsOf(asked);
    try {
      const found = await this.#syncReads.run(first.serviceName, undefined, asked);
      return asked.map((delivery) => found.get(delivery) ?? "gone");
    } catch {
      return this.#deliveries.syncsOf(asked);
    }
  }

  /** The events that are there, by their ids. */
  async events(serviceName: string, eventIds: readonly string[]): Promise<Events> {
    if (eventIds.length > FEW) return this.#events.read({ serviceName, eventIds });
    try {
      const found = await this.#eventReads.run(serviceName, serviceName, eventIds);
      // And no others, large ones perhaps, which would be in memory as long as these.
      return new Map(
        eventIds.flatMap((id) => {
          const event = found.get(id);
          return event === undefined ? [] : [[id, event] as const];
        }),
      );
    } catch {
      return this.#events.read({ serviceName, eventIds });
    }
  }
}
