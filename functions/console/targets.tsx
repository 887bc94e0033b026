/** The targets of a service, and what somebody may do about them. */
import type { JSX } from "preact";

import type { TargetStand } from "./answers.ts";
import { change } from "./api.ts";
import { Action, Ago, State } from "./parts.tsx";
import { clock, count } from "./words.ts";

interface TargetsProps {
  readonly service: string;
  readonly targets: readonly TargetStand[];
  readonly onDone: () => void;
}

export function Targets({ service, targets, onDone }: TargetsProps): JSX.Element {
  return (
    <ul class="targets">
      {targets.map((target) => (
        <li key={target.target}>
          <TargetCard service={service} target={target} onDone={onDone} />
        </li>
      ))}
    </ul>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  http: "calls a server",
  pubsub: "publishes to a topic",
  pull: "is pulled from",
};

function TargetCard({
  service,
  target: { target, kind, paused, reason, since, waiting, undeliverable },
  onDone,
}: Omit<TargetsProps, "targets"> & { readonly target: TargetStand }): JSX.Element {
  const path = ["deliveries", service, "targets", target];
  const does = async (what: string, body: object | undefined, done: string): Promise<string> => {
    await change([...path, what], body);
    onDone();
    return done;
  };
  return (
    <article class="target" aria-label={`Target ${target}`}>
      <header>
        <h3>{target}</h3>
        <span class="quiet">{KINDS[kind] ?? kind}</span>
        {paused && <State of="paused" />}
      </header>
      {paused && (
        <p class="warn">
          {reason ?? "Somebody paused it"}
          {since !== undefined && (
            <>
              , <Ago at={since} />
            </>
          )}
        </p>
      )}
      <p class="figures">
        {waiting === 0 ? "Nothing waits" : count(waiting, "delivery waits", "deliveries wait")}
        {undeliverable > 0 && (
          <span class="bad"> · {undeliverable.toLocaleString("en-GB")} undeliverable</span>
        )}
      </p>
      {kind !== "pull" && (
        <footer>
          {undeliverable > 0 && (
            <Action
              label="Redrive all…"
              about={`undeliverable of ${target}`}
              title={`Deliver again what “${target}” did not take?`}
              confirm="Redrive"
              run={async () => {
                const { redriven } = await change<{ redriven: number }>(
                  ["deliveries", service, "redrive"],
                  { target },
                );
                onDone();
                return `${count(redriven, "delivery", "deliveries")} to “${target}” will be tried again.`;
              }}
            >
              <p>
                {count(undeliverable, "delivery is", "deliveries are")} tried again, ten per second.
              </p>
            </Action>
          )}
          <Action
            label="Test…"
            about={target}
            title={`Send a test to “${target}”?`}
            confirm="Send test"
            run={() => sendTest(path, target)}
          >
            <p>One message that is no sync is sent, once, marked as a test. Nothing is stored.</p>
          </Action>
          {paused ? (
            <Action
              label="Resume…"
              about={target}
              title={`Resume “${target}”?`}
              confirm="Resume"
              run={async () => {
                const { brought, until } = await change<Resumed>([...path, "resume"]);
                onDone();
                return `“${target}” takes deliveries again. ${waitedInWords(brought, until)}`;
              }}
            >
              <p>
                What waits is delivered, ten per second, as soon as nothing from before the pause
                can be under way: some minutes after the pause, at the latest.
              </p>
            </Action>
          ) : (
            <Action
              label="Pause…"
              about={target}
              title={`Pause “${target}”?`}
              confirm="Pause"
              run={() =>
                does("pause", { reason: "paused in the console" }, `“${target}” is paused.`)
              }
            >
              <p>Nothing is delivered to it until somebody resumes it. Deliveries wait.</p>
            </Action>
          )}
        </footer>
      )}
    </article>
  );
}

/** When the last of those that waited comes up. */
interface Resumed {
  readonly brought: number;
  readonly until: string;
}

function waitedInWords(brought: number, until: string): string {
  // What comes up sooner than it would be brought is left as it is, and not counted.
  if (brought === 0) return "What waits comes up by itself, within minutes.";
  return `What waited comes up by ${clock(until, Date.now())}.`;
}

async function sendTest(path: readonly string[], target: string): Promise<string> {
  const { isDelivered, attempt } = await change<{
    isDelivered: boolean;
    attempt: { status?: number; error?: string };
  }>([...path, "test"]);
  const status = attempt.status === undefined ? undefined : `HTTP ${String(attempt.status)}`;
  const heard = [status, attempt.error].filter((one) => one !== undefined).join(", ");
  const came = isDelivered ? "took the test" : "did not take the test";
  return `“${target}” ${came}${heard === "" ? "." : `: ${heard}.`}`;
}
