/** Events as they arrive and syncs as they go out. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { EventStand, FullEvent, SyncStand } from "./answers.ts";
import { read } from "./api.ts";
import { EventBody } from "./eventBody.tsx";
import { useLive, useOnce } from "./live.ts";
import { Disclosure, Empty, Key, State, Time, Trouble } from "./parts.tsx";
import { hashOf } from "./route.ts";
import { count, whyIgnored } from "./words.ts";

const SHOWN = 25;
/** A commit may become visible a little after one that was received later. */
const OVERLAP_MS = 5000;

/** The newest events: after the first time only those are read that may be new. */
function useNewestEvents(service: string): {
  readonly events: readonly EventStand[] | undefined;
  readonly problem: string | undefined;
} {
  const known = useRef<readonly EventStand[]>([]);
  const { value, problem } = useLive(`events of ${service}`, async (signal) => {
    const before = known.current;
    const [newest] = before;
    const from = newest && new Date(Date.parse(newest.receivedAt) - OVERLAP_MS).toISOString();
    const query = { limit: SHOWN, from };
    const answer = await read<{ events: readonly EventStand[] }>(["events", service], {
      query,
      signal,
    });
    const all = new Map([...answer.events, ...before].map((event) => [event.eventId, event]));
    const events = [...all.values()].sort(newestFirst).slice(0, SHOWN);
    known.current = events;
    return events;
  });
  return { events: value, problem };
}

const newestFirst = (one: EventStand, other: EventStand): number =>
  Date.parse(other.receivedAt) - Date.parse(one.receivedAt);

interface FeedProps {
  readonly service: string;
  /** Undefined: not known yet. */
  readonly syncs: readonly SyncStand[] | undefined;
}

export function Feed({ service, syncs }: FeedProps): JSX.Element {
  const { events, problem } = useNewestEvents(service);
  const items = [
    ...(events ?? []).map((event) => ({ at: event.receivedAt, event, sync: undefined })),
    ...(syncs ?? []).map((sync) => ({ at: sync.createdAt, event: undefined, sync })),
  ].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return (
    <section aria-labelledby="feed">
      <header class="bar">
        <h2 id="feed">As it happens</h2>
      </header>
      <Trouble>{problem}</Trouble>
      <News events={events} syncs={syncs} />
      {events !== undefined && items.length === 0 && <Empty>Nothing has come yet.</Empty>}
      <ol class="feed">
        {items.slice(0, SHOWN).map(({ event, sync }) =>
          event === undefined ? (
            <li key={sync.syncId} class="is-sync">
              <SyncLine service={service} sync={sync} />
            </li>
          ) : (
            <li key={event.eventId}>
              <EventLine service={service} event={event} />
            </li>
          ),
        )}
      </ol>
    </section>
  );
}

export function EventLine({
  service,
  event,
}: {
  readonly service: string;
  readonly event: EventStand;
}): JSX.Element {
  return (
    <Disclosure
      summary={
        <>
          <Time at={event.receivedAt} />
          <span class="name">{event.eventKey}</span>
          <Key of={event.key} />
          {event.ignored && (
            <>
              <State of="ignored" />
              <span class="quiet">{whyIgnored(event.ignored)}</span>
            </>
          )}
        </>
      }
    >
      {() => <EventContent service={service} id={event.eventId} />}
    </Disclosure>
  );
}

function EventContent({
  service,
  id,
}: {
  readonly service: string;
  readonly id: string;
}): JSX.Element {
  const { value, problem } = useOnce(`${service}/${id}`, (signal) =>
    read<FullEvent>(["events", service, id], { signal }),
  );
  return (
    <>
      <Trouble>{problem}</Trouble>
      {value && <EventBody event={value} />}
      <a href={hashOf(service, "events", id)}>Everything about this event</a>
    </>
  );
}

export function SyncLine({
  service,
  sync,
}: {
  readonly service: string;
  readonly sync: SyncStand;
}): JSX.Element {
  return (
    <a class="line" href={hashOf(service, "syncs", sync.syncId)}>
      <Time at={sync.createdAt} />
      <span class="name">Sync of {count(sync.numberOfEvents, "event")}</span>
      <Key of={sync.key} />
      {sync.reason !== "complete" && <span class="quiet">{reasonOf(sync.reason)}</span>}
      <State of={sync.state} />
      {sync.deliveries
        .filter(({ state }) => state === "undeliverable")
        .map(({ target }) => (
          <span key={target} class="bad">
            “{target}” undeliverable
          </span>
        ))}
    </a>
  );
}

export function reasonOf(reason: string): string {
  switch (reason) {
    case "complete":
      return "complete";
    case "deadline":
      return "closed by its deadline";
    case "manual":
      return "triggered by hand";
    default:
      return reason;
  }
}

/** Says what has come since, to who does not see it. */
interface NewsProps {
  readonly events: readonly EventStand[] | undefined;
  readonly syncs: readonly SyncStand[] | undefined;
}

function News({ events, syncs }: NewsProps): JSX.Element {
  const seen = useRef<ReadonlySet<string>>(undefined);
  const [text, setText] = useState("");
  useEffect(() => {
    if (events === undefined || syncs === undefined) return;
    const before = seen.current;
    const eventIds = events.map(({ eventId }) => eventId);
    const syncIds = syncs.map(({ syncId }) => syncId);
    seen.current = new Set([...eventIds, ...syncIds]);
    if (before === undefined) return;
    const isNew = (id: string): boolean => !before.has(id);
    const parts = [
      { number: eventIds.filter(isNew).length, what: "new event" },
      { number: syncIds.filter(isNew).length, what: "new sync" },
    ].filter(({ number }) => number > 0);
    if (parts.length === 0) return;
    setText(`${parts.map(({ number, what }) => count(number, what)).join(", ")}.`);
  }, [events, syncs]);
  return (
    <p class="only-read" role="status">
      {text}
    </p>
  );
}
