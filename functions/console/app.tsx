/** The page as a whole: where one is, and what has been done. */
import { render, type JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { ServiceView, Status } from "./answers.ts";
import { read } from "./api.ts";
import { Configuration } from "./configuration.tsx";
import { Deliveries } from "./deliveries.tsx";
import { Events, OneEvent, Syncs } from "./history.tsx";
import { useIsAwake, useLive, useOnce } from "./live.ts";
import { Now } from "./now.tsx";
import { Say, State, Trouble } from "./parts.tsx";
import { ALL_SERVICES, hashOf, placeOf, VIEWS, type Place, type View } from "./route.ts";
import { Send } from "./send.tsx";
import { Sync } from "./sync.tsx";
import { count, sentences } from "./words.ts";

const TITLES: Readonly<Record<View, string>> = {
  now: "Now",
  events: "Events",
  syncs: "Syncs",
  deliveries: "Deliveries",
  configuration: "Configuration",
};

function App(): JSX.Element {
  const place = usePlace();
  const [said, setSaid] = useState("");
  const { value, problem } = useOnce("services", (signal) =>
    read<ServiceView | readonly ServiceView[]>(["config"], { signal }),
  );
  const services = value === undefined ? undefined : [value].flat();
  const [only, ...others] = services ?? [];
  const name = place.service ?? (others.length === 0 ? only?.serviceName : undefined);
  const service = services?.find(({ serviceName }) => serviceName === name);
  useEffect(() => {
    document.title = [name, "EventSync"].filter((one) => one !== undefined).join(" · ");
    if (services !== undefined) document.documentElement.dataset["ready"] = "";
  });
  return (
    <Say.Provider value={setSaid}>
      <a class="skip" href="#content" onClick={focusContent}>
        To the content
      </a>
      <Top services={services ?? []} service={service} />
      <main id="content" tabIndex={-1}>
        <Trouble>{problem}</Trouble>
        {services && name === undefined && <Overview services={services} />}
        {services && name !== undefined && service === undefined && (
          <Trouble>No service “{name}” is configured.</Trouble>
        )}
        {service && <Service key={service.serviceName} service={service} place={place} />}
      </main>
      <Said
        text={said}
        onClose={() => {
          setSaid("");
        }}
      />
    </Say.Provider>
  );
}

function focusContent(event?: Event): void {
  event?.preventDefault();
  document.getElementById("content")?.focus();
}

/** Where the hash says that one is; who goes elsewhere begins at its top. */
function usePlace(): Place {
  const [place, setPlace] = useState(placeOf(location.hash));
  useEffect(() => {
    const go = (): void => {
      setPlace(placeOf(location.hash));
      scrollTo(0, 0);
      focusContent();
    };
    addEventListener("hashchange", go);
    return () => {
      removeEventListener("hashchange", go);
    };
  }, []);
  return place;
}

interface TopProps {
  readonly services: readonly ServiceView[];
  readonly service: ServiceView | undefined;
}

function Top({ services, service }: TopProps): JSX.Element {
  const isAwake = useIsAwake();
  return (
    <header class="top">
      <a class="brand" href={ALL_SERVICES}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 5c8 0 7 7 13 7M2 12h13M2 19c8 0 7-7 13-7" />
          <circle cx="19" cy="12" r="3.5" />
        </svg>
        EventSync
      </a>
      {services.length > 1 && (
        <select
          aria-label="Service"
          value={service?.serviceName ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            location.hash = value === "" ? ALL_SERVICES : hashOf(value);
          }}
        >
          <option value="">All services</option>
          {services.map(({ serviceName }) => (
            <option key={serviceName}>{serviceName}</option>
          ))}
        </select>
      )}
      <span class="space" />
      <span class={isAwake ? "pulse" : "pulse is-asleep"}>{isAwake ? "Live" : "Asleep"}</span>
    </header>
  );
}

interface ServiceProps {
  readonly service: ServiceView;
  readonly place: Place;
}

function Service({ service, place }: ServiceProps): JSX.Element {
  const { serviceName } = service;
  const [isSending, setSending] = useState(false);
  return (
    <>
      <header class="bar">
        <h1>{serviceName}</h1>
        <button
          type="button"
          class="primary"
          onClick={() => {
            setSending(true);
          }}
        >
          Send an event…
        </button>
      </header>
      <nav class="tabs" aria-label="Views">
        {VIEWS.map((view) => (
          <a
            key={view}
            href={hashOf(serviceName, view)}
            aria-current={place.view === view ? "page" : undefined}
          >
            {TITLES[view]}
          </a>
        ))}
      </nav>
      <Shown service={service} place={place} />
      {isSending && (
        <Send
          service={service}
          onClose={() => {
            setSending(false);
          }}
        />
      )}
    </>
  );
}

function Shown({ service, place: { view, id } }: ServiceProps): JSX.Element {
  const { serviceName } = service;
  switch (view) {
    case "now":
      return <Now service={service} />;
    case "events":
      return id === undefined ? (
        <Events service={serviceName} />
      ) : (
        <OneEvent key={id} service={serviceName} id={id} />
      );
    case "syncs":
      return id === undefined ? (
        <Syncs service={serviceName} />
      ) : (
        <Sync key={id} service={serviceName} id={id} />
      );
    case "deliveries":
      return <Deliveries service={serviceName} />;
    case "configuration":
      return <Configuration service={serviceName} />;
  }
}

/** Each is asked for a single window: more often than that it costs what nobody looks at. */
const OVERVIEW_MS = 10_000;

function Overview({ services }: { readonly services: readonly ServiceView[] }): JSX.Element {
  return (
    <>
      <h1>Services</h1>
      <ul class="services">
        {services.map((service) => (
          <li key={service.serviceName}>
            <ServiceCard service={service} />
          </li>
        ))}
      </ul>
    </>
  );
}

function ServiceCard({ service }: { readonly service: ServiceView }): JSX.Element {
  const { serviceName } = service;
  const { value, problem } = useLive(
    serviceName,
    (signal) => read<Status>(["status", serviceName], { query: { limit: 1 }, signal }),
    OVERVIEW_MS,
  );
  return (
    <article class="card">
      <h2>
        <a href={hashOf(serviceName)}>{serviceName}</a>
      </h2>
      <Trouble>{problem}</Trouble>
      {value && (
        <>
          <p class="rule">{sentences(value.rule)}</p>
          <p class="quiet">
            {value.windows.some(({ isOpen }) => isOpen) ? "Events are waiting" : "Nothing waits"}
            {value.undelivered.count > 0 &&
              ` · ${count(value.undelivered.count, "sync")} not delivered yet`}
            {value.undeliverable.count > 0 && (
              <span class="bad">
                {" "}
                · {count(value.undeliverable.count, "delivery", "deliveries")} failed
              </span>
            )}
            {value.targets.some(({ paused }) => paused) && (
              <>
                {" "}
                · <State of="paused" />
              </>
            )}
          </p>
        </>
      )}
    </article>
  );
}

/** How long it stays, unless somebody is at it. */
const SAID_MS = 12_000;

function Said({
  text,
  onClose,
}: {
  readonly text: string;
  readonly onClose: () => void;
}): JSX.Element {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    if (text === "") return;
    const timer = setTimeout(() => {
      close.current();
    }, SAID_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  const dismiss = useCallback(() => {
    close.current();
  }, []);
  return (
    <div class="said" role="status">
      {text !== "" && (
        <p>
          {text}
          <button type="button" class="quiet" aria-label="Dismiss" onClick={dismiss}>
            ✕
          </button>
        </p>
      )}
    </div>
  );
}

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
