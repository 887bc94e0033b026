/** Whether the configuration would have fired, on what is stored: nothing is written. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { change, messageOf } from "./api.ts";
import { Key, Time, Trouble } from "./parts.tsx";
import { count } from "./words.ts";

/** As far as it is shown. */
interface Simulated {
  readonly fired: readonly {
    readonly at: string;
    readonly key?: string;
    readonly reason: string;
    readonly because?: string;
  }[];
  readonly open: readonly { readonly key?: string; readonly missing: string | null }[];
  /** Events that were read. */
  readonly read: number;
  /** There are more, which came before that. */
  readonly cutAt: string | null;
  readonly ignored: readonly unknown[];
  readonly refused: readonly unknown[];
  readonly expired: readonly {
    readonly at: string;
    readonly key?: string;
    readonly because: string;
  }[];
}

const RANGES = [
  { name: "the last hour", ms: 3_600_000 },
  { name: "the last six hours", ms: 6 * 3_600_000 },
  { name: "the last day", ms: 24 * 3_600_000 },
] as const;

const SHOWN = 50;

interface SimulationProps {
  readonly service: string;
  /** A proposal, as JSON. */
  readonly config: string;
  /** What is deployed: then it is asked without a proposal. */
  readonly given: string;
}

export function Simulation({ service, config, given }: SimulationProps): JSX.Element {
  const [rangeMs, setRange] = useState<number>(RANGES[0].ms);
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Simulated>();
  const [problem, setProblem] = useState<string>();
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const nowMs = Date.now();
      const body = {
        from: new Date(nowMs - rangeMs).toISOString(),
        to: new Date(nowMs).toISOString(),
        ...(config !== given && { config: JSON.parse(config) as unknown }),
      };
      setResult(await change<Simulated>(["syncs", service, "replay"], body));
    } catch (error) {
      setResult(undefined);
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <section aria-labelledby="simulation">
      <h2 id="simulation">Would it have fired?</h2>
      <form
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <label>
          With the events of{" "}
          <select
            value={rangeMs}
            onChange={(event) => {
              setRange(Number(event.currentTarget.value));
            }}
          >
            {RANGES.map(({ name, ms }) => (
              <option key={ms} value={ms}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? "One moment …" : "Simulate"}
        </button>
        <span class="quiet">Nothing is written or sent.</span>
      </form>
      <Trouble>{problem}</Trouble>
      <div role="status">{result && <Outcome result={result} />}</div>
    </section>
  );
}

function Outcome({ result }: { readonly result: Simulated }): JSX.Element {
  const { fired, open, ignored, refused, expired, read, cutAt } = result;
  const lines = [
    ...fired.map(({ at, key, because, reason }) => ({
      at,
      key,
      text: because ?? reason,
      is: "sync",
    })),
    ...expired.map(({ at, key, because }) => ({ at, key, text: because, is: "" })),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const left = [
    ...(ignored.length > 0 ? [`${count(ignored.length, "event")} would have been ignored.`] : []),
    ...(refused.length > 0 ? [`${count(refused.length, "event")} would have been refused.`] : []),
  ];
  return (
    <>
      <p>
        <b>
          {fired.length === 0
            ? "It would not have fired."
            : `It would have fired ${count(fired.length, "time")}.`}
        </b>{" "}
        {count(read, "event was", "events were")} read. {left.join(" ")}
        {cutAt !== null && (
          <>
            {" "}
            Those before <Time at={cutAt} /> were too many.
          </>
        )}
      </p>
      <ol class="feed">
        {lines.slice(0, SHOWN).map(({ at, key, text, is }, index) => (
          <li key={index} class={is === "sync" ? "is-sync" : undefined}>
            <span class="line">
              <Time at={at} />
              <Key of={key} />
              <span>{text}</span>
            </span>
          </li>
        ))}
        {open.slice(0, SHOWN).map((window, index) => (
          <li key={`open ${String(index)}`}>
            <span class="line">
              <span class="quiet">In the end</span>
              <Key of={window.key} />
              <span>{window.missing === null ? "complete" : `it waits for ${window.missing}`}</span>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
