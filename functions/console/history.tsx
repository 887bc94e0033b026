/** What has been: all events, one event, all syncs. */
import type { JSX } from "preact";

import type { EventStand, FullEvent, SyncStand } from "./answers.ts";
import { read } from "./api.ts";
import { EventBody, EventFacts } from "./eventBody.tsx";
import { EventLine, SyncLine } from "./feed.tsx";
import { useLive, useOnce } from "./live.ts";
import { Pages, usePages } from "./pages.tsx";
import { Empty, Facts, Key, Time, Trouble } from "./parts.tsx";
import { hashOf } from "./route.ts";
import { bytes } from "./words.ts";

const PAGE = 50;
const POLL_MS = 10_000;

export function Events({ service }: { readonly service: string }): JSX.Element {
  const pages = usePages(service);
  const query = { limit: PAGE, after: pages.after };
  const { value, problem } = useLive(
    JSON.stringify([service, query]),
    (signal) =>
      read<{ events: readonly EventStand[]; next: string | null }>(["events", service], {
        query,
        signal,
      }),
    POLL_MS,
  );
  return (
    <section aria-labelledby="list">
      <h2 id="list">Events</h2>
      <Trouble>{problem}</Trouble>
      {value?.events.length === 0 && <Empty>None is stored.</Empty>}
      <ol class="feed is-wide">
        {(value?.events ?? []).map((event) => (
          <li key={event.eventId}>
            <EventLine service={service} event={event} />
          </li>
        ))}
      </ol>
      <Pages pages={pages} next={value?.next ?? null} />
    </section>
  );
}

export function Syncs({ service }: { readonly service: string }): JSX.Element {
  const pages = usePages(service);
  const query = { limit: PAGE, after: pages.after };
  const { value, problem } = useLive(
    JSON.stringify([service, query]),
    (signal) =>
      read<{ syncs: readonly SyncStand[]; next: string | null }>(["syncs", service], {
        query,
        signal,
      }),
    POLL_MS,
  );
  return (
    <section aria-labelledby="list">
      <h2 id="list">Syncs</h2>
      <Trouble>{problem}</Trouble>
      {value?.syncs.length === 0 && <Empty>None has been made.</Empty>}
      <ol class="feed is-wide">
        {(value?.syncs ?? []).map((sync) => (
          <li key={sync.syncId}>
            <SyncLine service={service} sync={sync} />
          </li>
        ))}
      </ol>
      <Pages pages={pages} next={value?.next ?? null} />
    </section>
  );
}

interface OneProps {
  readonly service: string;
  readonly id: string;
}

export function OneEvent({ service, id }: OneProps): JSX.Element {
  const { value: event, problem } = useOnce(`${service}/${id}`, (signal) =>
    read<FullEvent>(["events", service, id], { signal }),
  );
  return (
    <>
      <p class="crumbs">
        <a href={hashOf(service, "events")}>Events</a>
      </p>
      <Trouble>{problem}</Trouble>
      {event && (
        <>
          <h2>
            {event.eventKey} <Key of={event.key} />
          </h2>
          <div class="columns">
            <section aria-labelledby="content-of">
              <h3 id="content-of">Content</h3>
              <EventBody event={event} />
            </section>
            <section aria-labelledby="facts-of">
              <h3 id="facts-of">Facts</h3>
              <Facts
                of={[
                  { name: "Event", value: <code>{event.eventId}</code> },
                  { name: "Received", value: <Time at={event.receivedAt} /> },
                  typeof event["httpMethod"] === "string"
                    ? { name: "Method", value: event["httpMethod"] }
                    : undefined,
                  event.size === undefined ? undefined : { name: "Size", value: bytes(event.size) },
                ]}
              />
              <EventFacts event={event} />
            </section>
          </div>
        </>
      )}
    </>
  );
}
