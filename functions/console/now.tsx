/** What a service waits for, and what comes and goes while one looks. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { EndpointStand, ServiceView, Status, WindowStand } from "./answers.ts";
import { change, read } from "./api.ts";
import { Feed } from "./feed.tsx";
import { useLive, useSettled } from "./live.ts";
import { Action, Ago, Ahead, Countdown, Empty, Key, Trouble } from "./parts.tsx";
import { Targets } from "./targets.tsx";
import { count, duration, sentences } from "./words.ts";

/** Windows shown at once; each costs two reads, each time. */
const WINDOWS = 12;

export function Now({ service }: { readonly service: ServiceView }): JSX.Element {
  const { serviceName } = service;
  const [asked, setAsked] = useState("");
  const [after, setAfter] = useState<string>();
  const key = useSettled(asked.trim(), 300);
  const query = key === "" ? { limit: WINDOWS, after } : { key };
  const live = useLive(JSON.stringify([serviceName, query]), (signal) =>
    read<Status>(["status", serviceName], { query, signal }),
  );
  const { value: status, problem, isMissing, refresh } = live;
  const ahead = status === undefined ? 0 : Date.parse(status.now) - Date.now();
  return (
    <Ahead.Provider value={ahead}>
      {!isMissing && <Trouble>{problem}</Trouble>}
      {status && <Rule status={status} />}
      <div class="columns">
        <div>
          <section aria-labelledby="windows">
            <header class="bar">
              <h2 id="windows">{service.correlation === undefined ? "Window" : "Open windows"}</h2>
              {service.correlation !== undefined && (
                <input
                  type="search"
                  aria-label="Window by its key"
                  placeholder="A key …"
                  value={asked}
                  onInput={(event) => {
                    setAsked(event.currentTarget.value);
                  }}
                />
              )}
            </header>
            {isMissing && <Empty>Nothing is open for “{key}”.</Empty>}
            {status && !isMissing && <Windows status={status} onDone={refresh} />}
            {key === "" && (status?.next ?? after) != null && (
              <nav class="pages" aria-label="Pages of windows">
                {after !== undefined && (
                  <button
                    type="button"
                    onClick={() => {
                      setAfter(undefined);
                    }}
                  >
                    The oldest
                  </button>
                )}
                {status?.next != null && (
                  <button
                    type="button"
                    onClick={() => {
                      setAfter(status.next ?? undefined);
                    }}
                  >
                    More windows
                  </button>
                )}
              </nav>
            )}
          </section>
          {status && status.targets.length > 0 && (
            <section aria-labelledby="targets">
              <header class="bar">
                <h2 id="targets">Targets</h2>
              </header>
              <Targets service={serviceName} targets={status.targets} onDone={refresh} />
            </section>
          )}
        </div>
        <Feed service={serviceName} syncs={status?.syncs} />
      </div>
    </Ahead.Provider>
  );
}

function Rule({ status }: { readonly status: Status }): JSX.Element {
  const { rule, undelivered, undeliverable, resetAt } = status;
  return (
    <div class="lead">
      <p class="rule">{sentences(rule)}</p>
      {(undelivered.count > 0 || undeliverable.count > 0 || resetAt !== null) && (
        <p class="quiet">
          {undelivered.count > 0 && (
            <span>
              {count(undelivered.count, "sync is", "syncs are")} not delivered yet
              {undelivered.oldestAt !== null && (
                <>
                  , the oldest made <Ago at={undelivered.oldestAt} />
                </>
              )}
              .{" "}
            </span>
          )}
          {undeliverable.count > 0 && (
            <span class="bad">
              {count(undeliverable.count, "delivery has", "deliveries have")} failed for good.{" "}
            </span>
          )}
          {resetAt !== null && (
            <span>
              Last reset <Ago at={resetAt} />.
            </span>
          )}
        </p>
      )}
    </div>
  );
}

interface WindowsProps {
  readonly status: Status;
  readonly onDone: () => void;
}

function Windows({ status, onDone }: WindowsProps): JSX.Element {
  if (status.windows.length === 0) {
    return <Empty>No window is open: the next event opens one.</Empty>;
  }
  return (
    <ul class="windows">
      {status.windows.map((window) => (
        <li key={window.key ?? ""}>
          <WindowCard window={window} status={status} onDone={onDone} />
        </li>
      ))}
    </ul>
  );
}

function WindowCard({
  window,
  status,
  onDone,
}: WindowsProps & { readonly window: WindowStand }): JSX.Element {
  const { service, trigger } = status;
  const { key, isOpen } = window;
  const query = key === undefined ? {} : { key };
  const of = key === undefined ? `of ${service}` : `of ${key}`;
  const run = async (does: "trigger" | "reset", done: string): Promise<string> => {
    await change([does, service], undefined, query);
    onDone();
    return done;
  };
  return (
    <article
      class="window"
      aria-label={key === undefined ? `Window of ${service}` : `Window ${key}`}
    >
      <header>
        <p class="missing">
          <Key of={key} /> {standOf(window, trigger)}
        </p>
        <Ends window={window} />
      </header>
      <ul class="stands">
        {window.endpoints.map((endpoint) => (
          <Stand key={endpoint.eventKey} endpoint={endpoint} />
        ))}
      </ul>
      <footer>
        <span class="quiet">
          {window.firstEventAt === null ? (
            `Events count for ${duration(status.observationPeriodSeconds * 1000)}.`
          ) : (
            <>
              Open since <Ago at={window.firstEventAt} />
            </>
          )}
        </span>
        <Action
          label="Trigger…"
          about={of}
          title="Close this window now?"
          confirm="Trigger"
          run={() => run("trigger", `Triggered: what had come ${of} has been sent.`)}
        >
          <p>
            {isOpen
              ? "A sync is made of what has come so far, complete or not, and sent to its consumers."
              : "Nothing has come: a sync without events is sent to its consumers."}
          </p>
        </Action>
        <Action
          label="Reset…"
          about={of}
          title="Reset this window?"
          confirm="Reset"
          tone="danger"
          run={() => run("reset", `Reset: what had come ${of} does not count any more.`)}
        >
          <p>What has come so far stops counting. It stays stored, and can be read.</p>
        </Action>
      </footer>
    </article>
  );
}

function standOf({ missing, isOpen, isClaiming, due }: WindowStand, trigger: string): JSX.Element {
  if (isClaiming === true) return <>Is being made a sync</>;
  if (due > 0) return <>{missing === null ? "Complete" : "Over"}: the next check sends it</>;
  if (trigger === "manual") return <>Waits for a manual trigger</>;
  if (missing === null) return <>Complete</>;
  return isOpen ? <>Waits for {missing}</> : <>Nothing has come. It waits for {missing}</>;
}

function Ends({ window }: { readonly window: WindowStand }): JSX.Element | null {
  const { deadlineAt, expiresAt } = window;
  const at = deadlineAt ?? expiresAt;
  if (at === null) return null;
  return (
    <p class="ends">
      <Countdown to={at} />
      <span>
        {deadlineAt === null ? "until its oldest event is too old" : "until its deadline"}
      </span>
    </p>
  );
}

function Stand({ endpoint }: { readonly endpoint: EndpointStand }): JSX.Element {
  const { eventKey, have, need, satisfied, lastEventAt, isAtLeast = false } = endpoint;
  return (
    <li class={satisfied ? "stand is-satisfied" : "stand"}>
      <span class="name">{eventKey}</span>
      <span class="quiet">{lastEventAt !== null && <Ago at={lastEventAt} />}</span>
      <span class="figures">
        <b>
          {have.toLocaleString("en-GB")}
          {isAtLeast && "+"}
        </b>
        {need > 0 ? ` of ${need.toLocaleString("en-GB")}` : " · optional"}
        {satisfied && need > 0 && <span class="only-read">, satisfied</span>}
      </span>
      {need > 0 && <Meter have={have} need={need} />}
    </li>
  );
}

/** Above that a bar has no parts that one could count. */
const MOST_PARTS = 12;

/** The figures beside it say the same. */
function Meter({ have, need }: Pick<EndpointStand, "have" | "need">): JSX.Element {
  const parts = need <= MOST_PARTS ? need : 1;
  const part = need / parts;
  return (
    <span class="meter" aria-hidden="true">
      {Array.from({ length: parts }, (_, index) => {
        const filled = Math.min(1, Math.max(0, (have - index * part) / part));
        return (
          <i key={index}>
            <b style={{ transform: `scaleX(${String(filled)})` }} />
          </i>
        );
      })}
    </span>
  );
}
