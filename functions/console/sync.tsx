/** One sync: why it was made, of what, and what became of it. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { Delivery, FullSync, Member, TimelineEntry } from "./answers.ts";
import { change, messageOf, read } from "./api.ts";
import { DeliveryRow } from "./deliveries.tsx";
import { EventBody } from "./eventBody.tsx";
import { reasonOf } from "./feed.tsx";
import { useLive } from "./live.ts";
import { Action, Disclosure, Facts, Key, State, Time, Trouble } from "./parts.tsx";
import { hashOf } from "./route.ts";
import { count, offset, took } from "./words.ts";

/** Events that are read at once. */
const PAGE = 20;
/** What changes here are deliveries. */
const POLL_MS = 4000;

interface SyncProps {
  readonly service: string;
  readonly id: string;
}

export function Sync({ service, id }: SyncProps): JSX.Element {
  const { value, problem, refresh } = useLive(
    `${service}/${id}`,
    (signal) => read<FullSync>(["syncs", service, id], { query: { limit: PAGE }, signal }),
    POLL_MS,
  );
  return (
    <>
      <p class="crumbs">
        <a href={hashOf(service, "syncs")}>Syncs</a>
      </p>
      <Trouble>{problem}</Trouble>
      {value && <Whole service={service} sync={value} onDone={refresh} />}
    </>
  );
}

interface WholeProps {
  readonly service: string;
  readonly sync: FullSync;
  readonly onDone: () => void;
}

function Whole({ service, sync, onDone }: WholeProps): JSX.Element {
  const { deliveries, key, reason, state } = sync;
  return (
    <>
      <header class="bar">
        <h2>
          Sync of {count(sync.numberOfEvents, "event")} <Key of={key} />
        </h2>
        {state === "published" && <Resend service={service} sync={sync} onDone={onDone} />}
      </header>
      <p class="rule">
        It was {reason === "complete" ? "complete" : reasonOf(reason)}
        {!sync.complete && missingOf(sync)}. <State of={state} />
      </p>
      <Trouble>{sync.error}</Trouble>
      <div class="columns">
        <section aria-labelledby="timeline">
          <h2 id="timeline">Time line</h2>
          <Timeline service={service} entries={sync.timeline} />
        </section>
        <section aria-labelledby="facts">
          <h2 id="facts">Facts</h2>
          <SyncFacts sync={sync} />
        </section>
      </div>
      {deliveries.length > 0 && (
        <section aria-labelledby="deliveries">
          <h2 id="deliveries">Deliveries</h2>
          <ul class="rows">
            {deliveries.map(({ target }) => (
              <li key={target}>
                <SyncDelivery service={service} id={sync.syncId} target={target} onDone={onDone} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="events">
        <h2 id="events">Events</h2>
        <Events service={service} sync={sync} />
      </section>
    </>
  );
}

function missingOf({ missing }: FullSync): string {
  const short = missing.map(({ eventKey, have, need }) => `${String(need - have)} “${eventKey}”`);
  return short.length === 0 ? "" : `; ${short.join(" and ")} had not come`;
}

function SyncFacts({ sync }: { readonly sync: FullSync }): JSX.Element {
  const { eventID, createdAt, topic, destination, messageId, attempt, deadlineAt } = sync;
  return (
    <Facts
      of={[
        { name: "Event id", value: <code>{eventID}</code> },
        { name: "Made", value: <Time at={createdAt} /> },
        deadlineAt === null ? undefined : { name: "Deadline", value: <Time at={deadlineAt} /> },
        topic === undefined ? undefined : { name: "Topic", value: <code>{topic}</code> },
        destination === undefined ? undefined : { name: "Goes to", value: destination },
        messageId === undefined ? undefined : { name: "Message", value: <code>{messageId}</code> },
        attempt > 1 ? { name: "Attempts", value: String(attempt) } : undefined,
        sync.nextAttemptAt === undefined
          ? undefined
          : { name: "Next attempt", value: <Time at={sync.nextAttemptAt} /> },
        ...sync.endpoints.map(({ eventKey, numberOfEvents, minNbOfOccurrence }) => ({
          name: eventKey,
          value: `${String(numberOfEvents)} of ${String(minNbOfOccurrence)} asked for`,
        })),
      ]}
    />
  );
}

function Resend({ service, sync, onDone }: WholeProps): JSX.Element {
  return (
    <Action
      label="Send again…"
      title="Send this sync again?"
      confirm="Send again"
      run={async () => {
        await change(["syncs", service, sync.syncId, "resend"]);
        onDone();
        return "The sync was sent again, with the same event id.";
      }}
    >
      <p>
        The same message goes out once more, with the same event id and the attribute{" "}
        <code>resend</code>: a consumer that handles each sync once passes over it.
      </p>
    </Action>
  );
}

function Timeline({
  service,
  entries,
}: {
  readonly service: string;
  readonly entries: readonly TimelineEntry[];
}): JSX.Element {
  const [first] = entries;
  const beginsAtMs = first === undefined ? 0 : Date.parse(first.at);
  return (
    <ol class="timeline">
      {entries.map((entry, index) => (
        <li key={index} class={`is-${entry.what}`}>
          <time dateTime={entry.at} title={entry.at}>
            {offset(Date.parse(entry.at) - beginsAtMs)}
          </time>
          <span>
            <Entry service={service} entry={entry} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Entry({
  service,
  entry,
}: {
  readonly service: string;
  readonly entry: TimelineEntry;
}): JSX.Element {
  const text = (name: string): string | undefined => {
    const value = entry[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const target = text("target");
  const eventId = text("eventId");
  switch (entry.what) {
    case "event":
      return (
        <>
          {eventId === undefined ? (
            <b>{text("eventKey")}</b>
          ) : (
            <a href={hashOf(service, "events", eventId)}>{text("eventKey")}</a>
          )}{" "}
          arrived
        </>
      );
    case "discarded":
      return <>Discarded, as the deadline of this service says</>;
    case "claimed":
      return <>The window was closed, and its events claimed</>;
    case "published":
      return (
        <>Published{text("messageId") !== undefined && `, message ${String(text("messageId"))}`}</>
      );
    case "attempt": {
      const status = text("status");
      const heard = [status === undefined ? undefined : `HTTP ${status}`, text("error")];
      const tookMs = text("durationMs");
      return (
        <>
          Attempt {text("attempt")} to <b>{target}</b>
          {heard.some((one) => one !== undefined) &&
            `: ${heard.filter((one) => one !== undefined).join(", ")}`}
          {tookMs !== undefined && <span class="quiet"> · {took(Number(tookMs))}</span>}
        </>
      );
    }
    case "delivered":
      return (
        <>
          <b>{target}</b> has it
        </>
      );
    case "undeliverable":
      return (
        <>
          Given up: <b>{target}</b> did not take it
        </>
      );
    default:
      return (
        <>
          {entry.what} {target}
        </>
      );
  }
}

interface SyncDeliveryProps extends SyncProps {
  readonly target: string;
  readonly onDone: () => void;
}

function SyncDelivery({ service, id, target, onDone }: SyncDeliveryProps): JSX.Element {
  const { value, problem, refresh } = useLive(
    `${service}/${id}/${target}`,
    (signal) => read<Delivery>(["deliveries", service, id, target], { signal }),
    POLL_MS,
  );
  return (
    <>
      <Trouble>{problem}</Trouble>
      {value !== undefined && (
        <DeliveryRow
          service={service}
          delivery={value}
          isWithinSync
          onDone={() => {
            refresh();
            onDone();
          }}
        />
      )}
    </>
  );
}

/** Page by page; those that are polled are the first. */
function Events({
  service,
  sync,
}: {
  readonly service: string;
  readonly sync: FullSync;
}): JSX.Element {
  const [more, setMore] = useState<readonly Member[]>([]);
  const [next, setNext] = useState<string | null>();
  const [problem, setProblem] = useState<string>();
  const after = next === undefined ? sync.next : next;
  const load = async (): Promise<void> => {
    try {
      const page = await read<FullSync>(["syncs", service, sync.syncId], {
        query: { limit: PAGE, after: after ?? undefined },
      });
      setMore((before) => [...before, ...page.events]);
      setNext(page.next);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <>
      <ol class="feed">
        {[...sync.events, ...more].map((event) => (
          <li key={event.eventId}>
            <MemberLine service={service} event={event} />
          </li>
        ))}
      </ol>
      <Trouble>{problem}</Trouble>
      {after !== null && (
        <button type="button" onClick={() => void load()}>
          More events
        </button>
      )}
    </>
  );
}

function MemberLine({
  service,
  event,
}: {
  readonly service: string;
  readonly event: Member;
}): JSX.Element {
  if (!("receivedAt" in event)) {
    return (
      <span class="line">
        <span class="name">{event.eventKey}</span>
        <span class="quiet">is not kept any more</span>
      </span>
    );
  }
  return (
    <Disclosure
      summary={
        <>
          <Time at={event.receivedAt} />
          <span class="name">{event.eventKey}</span>
        </>
      }
    >
      {() => (
        <>
          <EventBody event={event} />
          <a href={hashOf(service, "events", event.eventId)}>Everything about this event</a>
        </>
      )}
    </Disclosure>
  );
}
