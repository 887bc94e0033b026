/** What has become of the syncs of targets, attempt by attempt. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { AttemptRecord, Delivery, Status } from "./answers.ts";
import { change, read } from "./api.ts";
import { useLive, useOnce } from "./live.ts";
import { Action, Countdown, Disclosure, Empty, Key, State, Time, Trouble } from "./parts.tsx";
import { Pages, usePages } from "./pages.tsx";
import { hashOf } from "./route.ts";
import { Targets } from "./targets.tsx";
import { took } from "./words.ts";

const STATES = ["", "waiting", "undeliverable", "delivered"] as const;
const PAGE = 25;
const POLL_MS = 4000;

export function Deliveries({ service }: { readonly service: string }): JSX.Element {
  const [state, setState] = useState<string>("");
  const [target, setTarget] = useState("");
  const status = useLive(
    service,
    (signal) => read<Status>(["status", service], { query: { limit: 1 }, signal }),
    POLL_MS,
  );
  const pages = usePages(JSON.stringify([service, state, target]));
  const query = {
    ...(state !== "" && { state }),
    ...(target !== "" && { target }),
    limit: PAGE,
    after: pages.after,
  };
  const list = useLive(
    JSON.stringify([service, query]),
    (signal) =>
      read<{ deliveries: readonly Delivery[]; next: string | null }>(["deliveries", service], {
        query,
        signal,
      }),
    POLL_MS,
  );
  const onDone = (): void => {
    list.refresh();
    status.refresh();
  };
  const targets = status.value?.targets ?? [];
  const deliveries = list.value?.deliveries;
  return (
    <>
      <section aria-labelledby="targets">
        <h2 id="targets">Targets</h2>
        <Trouble>{status.problem}</Trouble>
        {status.value && targets.length === 0 && (
          <Empty>
            This service has no targets: its syncs are published to a topic, and nothing else.
          </Empty>
        )}
        <Targets service={service} targets={targets} onDone={onDone} />
      </section>
      {targets.length > 0 && (
        <section aria-labelledby="list">
          <header class="bar">
            <h2 id="list">Deliveries</h2>
            <Choice label="State" value={state} of={STATES} onChange={setState} />
            <Choice
              label="Target"
              value={target}
              of={["", ...targets.map((one) => one.target)]}
              onChange={setTarget}
            />
          </header>
          <Trouble>{list.problem}</Trouble>
          {deliveries?.length === 0 && <Empty>There are none.</Empty>}
          <ul class="rows">
            {(deliveries ?? []).map((delivery) => (
              <li key={`${delivery.syncId}/${delivery.target}`}>
                <DeliveryRow service={service} delivery={delivery} onDone={onDone} />
              </li>
            ))}
          </ul>
          <Pages pages={pages} next={list.value?.next ?? null} />
        </section>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly of: readonly string[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, of, onChange }: ChoiceProps): JSX.Element {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    >
      {of.map((one) => (
        <option key={one} value={one}>
          {one === "" ? `${label}: any` : one}
        </option>
      ))}
    </select>
  );
}

interface RowProps {
  readonly service: string;
  readonly delivery: Delivery;
  readonly onDone: () => void;
  /** Where the sync is known already. */
  readonly isWithinSync?: boolean;
}

export function DeliveryRow({
  service,
  delivery,
  onDone,
  isWithinSync = false,
}: RowProps): JSX.Element {
  const { syncId, target, kind, state, attempts, nextAttemptAt } = delivery;
  const last = delivery.lastAttempt ?? attempts?.at(-1);
  return (
    <article class="delivery" aria-label={`Delivery to ${target}`}>
      <header>
        <b class="name">{target}</b>
        {!isWithinSync && <Key of={delivery.key} />}
        <State of={state} />
        {delivery.offset !== undefined && (
          <span class="quiet">offset {delivery.offset.toLocaleString("en-GB")}</span>
        )}
        {state === "waiting" && nextAttemptAt !== undefined && (
          <span class="quiet">
            next attempt in <Countdown to={nextAttemptAt} />
          </span>
        )}
        <span class="space" />
        {kind !== "pull" && state === "undeliverable" && (
          <Action
            label="Redrive…"
            about={`to ${target}`}
            title={`Deliver it to “${target}” again?`}
            confirm="Redrive"
            run={async () => {
              await change(["deliveries", service, syncId, target, "redrive"]);
              onDone();
              return `The delivery to “${target}” is tried again.`;
            }}
          >
            <p>It is tried again at once, as often as a new one would be.</p>
          </Action>
        )}
      </header>
      <p class="quiet">
        {!isWithinSync && (
          <>
            <a href={hashOf(service, "syncs", syncId)}>
              Sync of <Time at={delivery.createdAt} />
            </a>
            {" · "}
          </>
        )}
        {last === undefined ? "Not tried yet" : <Heard attempt={last} />}
      </p>
      {last !== undefined && (
        <Disclosure
          summary={delivery.attempt === 1 ? "1 attempt" : `${String(delivery.attempt)} attempts`}
        >
          {() => <Attempts service={service} syncId={syncId} target={target} given={attempts} />}
        </Disclosure>
      )}
    </article>
  );
}

function Heard({ attempt }: { readonly attempt: AttemptRecord }): JSX.Element {
  const { status, error } = attempt;
  const heard = [status === undefined ? undefined : `HTTP ${String(status)}`, error];
  const text = heard.filter((one) => one !== undefined).join(", ");
  return (
    <>
      <Time at={attempt.at} /> {text === "" ? "taken" : text}
    </>
  );
}

interface AttemptsProps {
  readonly service: string;
  readonly syncId: string;
  readonly target: string;
  readonly given: readonly AttemptRecord[] | undefined;
}

function Attempts({ service, syncId, target, given }: AttemptsProps): JSX.Element {
  const path = ["deliveries", service, syncId, target];
  const { value, problem } = useOnce(path.join("/"), async (signal) =>
    given === undefined ? (await read<Delivery>(path, { signal })).attempts : given,
  );
  return (
    <>
      <Trouble>{problem}</Trouble>
      <div class="scrolls" tabIndex={0} role="region" aria-label={`Attempts at ${target}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">At</th>
              <th scope="col">Took</th>
              <th scope="col">What came of it</th>
            </tr>
          </thead>
          <tbody>
            {[...(given ?? value ?? [])].reverse().map((attempt) => (
              <tr key={attempt.attempt}>
                <td>{attempt.attempt}</td>
                <td>
                  <Time at={attempt.at} />
                </td>
                <td>{took(attempt.durationMs)}</td>
                <td>
                  {attempt.status !== undefined && `HTTP ${String(attempt.status)} `}
                  {attempt.error}
                  {attempt.answer !== undefined && <q>{attempt.answer}</q>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
