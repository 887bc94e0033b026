/** The configuration as it is, and a proposal that is checked while one types. */
import type { JSX } from "preact";
import { useId, useMemo, useRef, useState } from "preact/hooks";

import type { ConfigProblem, ServiceView, Validation } from "./answers.ts";
import { change, read } from "./api.ts";
import { jsonPlaces, nearestPlace, type TextPlace } from "./jsonPlaces.ts";
import { useOnce, useSettled } from "./live.ts";
import { Trouble } from "./parts.tsx";
import { Simulation } from "./simulation.tsx";
import { count, sentences } from "./words.ts";

/** How long nothing is typed before it is checked. */
const SETTLE_MS = 300;

export function Configuration({ service }: { readonly service: string }): JSX.Element {
  const { value, problem } = useOnce(service, (signal) =>
    read<ServiceView>(["config", service], { signal }),
  );
  return (
    <>
      <Trouble>{problem}</Trouble>
      {value && (
        <Proposal
          key={service}
          service={service}
          given={JSON.stringify(withPlaceholders(value), null, 2)}
        />
      )}
    </>
  );
}

/** What stands for what a configuration must have and nobody is shown. */
const HIDDEN = { url: "https://hidden.example/", secret: "hidden" } as const;

function withPlaceholders({ targets, ...view }: ServiceView): object {
  if (targets === undefined) return view;
  return {
    ...view,
    targets: targets.map(({ signature, ...target }) => ({
      ...target,
      ...(target.kind === "http" && { url: HIDDEN.url }),
      ...(signature !== undefined && { signature: { secret: HIDDEN.secret } }),
    })),
  };
}

/** A problem, with the line that it belongs to. */
type PlacedProblem = ConfigProblem & TextPlace;

function Proposal({
  service,
  given,
}: {
  readonly service: string;
  readonly given: string;
}): JSX.Element {
  const [text, setText] = useState(given);
  const settled = useSettled(text, SETTLE_MS);
  const isJson = useMemo(() => jsonPlaces(settled).brokenAt === undefined, [settled]);
  const checked = useOnce(settled, async () =>
    isJson ? await change<Validation>(["config", "validate"], settled) : undefined,
  );
  const { value: validation } = checked;
  const problems = useMemo(() => problemsIn(text, validation?.problems ?? []), [text, validation]);
  const remarks = useMemo(() => {
    const message = "nothing reads this key";
    return problemsIn(
      text,
      (validation?.ignored ?? []).map((path) => ({ path, message })),
    );
  }, [text, validation]);
  const isSettled = settled === text && (validation !== undefined || !isJson);
  return (
    <>
      <section aria-labelledby="configuration">
        <header class="bar">
          <h2 id="configuration">Configuration</h2>
          <p class="quiet" role="status">
            {isSettled
              ? problems.length === 0
                ? "Valid"
                : count(problems.length, "problem")
              : "Checking …"}
          </p>
          <span class="space" />
          <button
            type="button"
            disabled={text === given}
            onClick={() => {
              setText(given);
            }}
          >
            As it is deployed
          </button>
        </header>
        <p class="quiet">
          Try a change here: it is checked while you type, and nothing is changed by it; a
          deployment is what sets it. Schemas, filters, and addresses, headers and secrets of
          targets are not shown.
        </p>
        <Editor
          text={text}
          problems={problems}
          remarks={isSettled && isJson ? remarks : []}
          onInput={setText}
        />
        <Trouble>{checked.problem}</Trouble>
      </section>
      {validation?.services && (
        <section aria-labelledby="rule">
          <h2 id="rule">In words</h2>
          {validation.services.map(({ serviceName, rule }) => (
            <p key={serviceName} class="rule">
              {sentences(rule)}
            </p>
          ))}
        </section>
      )}
      {validation?.valid === true && <Simulation service={service} config={text} given={given} />}
    </>
  );
}

/** What is no JSON has one problem, and that is known here. */
function problemsIn(text: string, found: readonly ConfigProblem[]): readonly PlacedProblem[] {
  const places = jsonPlaces(text);
  const { brokenAt } = places;
  if (brokenAt !== undefined) return [{ path: "", message: "here it is no JSON", ...brokenAt }];
  return found.map((problem) => {
    const place = nearestPlace(places, problem.path) ?? { line: 0, start: 0, end: 0 };
    return { ...problem, ...place };
  });
}

interface EditorProps {
  readonly text: string;
  readonly problems: readonly PlacedProblem[];
  /** What is no problem, and probably not meant. */
  readonly remarks: readonly PlacedProblem[];
  readonly onInput: (text: string) => void;
}

/** A text field over its own lines, of which those with a problem say so. */
function Editor({ text, problems, remarks, onInput }: EditorProps): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const lines = text.split("\n");
  const longest = Math.max(...lines.map((line) => line.length));
  const goTo = ({ start, end }: PlacedProblem): void => {
    field.current?.focus();
    field.current?.setSelectionRange(start, end);
  };
  return (
    <>
      <div class="editor">
        <div class="sheet" style={{ minWidth: `${String(longest + 6)}ch` }}>
          <ol aria-hidden="true">
            {lines.map((line, index) => {
              const here = problems.filter((problem) => problem.line === index);
              return (
                <li key={index} class={here.length > 0 ? "is-wrong" : ""}>
                  <span>{line}</span>
                  {here.length > 0 && <em>{here.map(({ message }) => message).join("; ")}</em>}
                </li>
              );
            })}
          </ol>
          <textarea
            ref={field}
            aria-label="Configuration as JSON"
            aria-invalid={problems.length > 0}
            aria-describedby={id}
            spellcheck={false}
            autocomplete="off"
            wrap="off"
            rows={lines.length}
            value={text}
            onInput={(event) => {
              onInput(event.currentTarget.value);
            }}
          />
        </div>
      </div>
      <ul id={id} class="problems">
        {[...problems, ...remarks].map((problem) => (
          <li key={problem.path + problem.message}>
            <button
              type="button"
              class="link"
              onClick={() => {
                goTo(problem);
              }}
            >
              Line {problem.line + 1}
            </button>{" "}
            {problem.path !== "" && <code>{problem.path}</code>} {problem.message}
          </li>
        ))}
      </ul>
    </>
  );
}
