/** What every view is made of. */
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";

import { messageOf } from "./api.ts";
import { useNow } from "./live.ts";
import { clock, countdown, duration, pretty } from "./words.ts";

/** Says what an action did, or what has changed; where everybody finds it. */
export const Say = createContext<(text: string) => void>(() => undefined);

/** How far the server's clock is ahead of this one's, in milliseconds. */
export const Ahead = createContext(0);

export function Trouble({
  children,
}: {
  readonly children: ComponentChildren;
}): JSX.Element | null {
  if (children === undefined) return null;
  return (
    <p class="trouble" role="alert">
      {children}
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

export function Time({ at }: { readonly at: string }): JSX.Element {
  const nowMs = useNow() + useContext(Ahead);
  return (
    <time dateTime={at} title={at}>
      {clock(at, nowMs)}
    </time>
  );
}

export function Ago({ at }: { readonly at: string }): JSX.Element {
  const nowMs = useNow() + useContext(Ahead);
  const ms = nowMs - Date.parse(at);
  return (
    <time dateTime={at} title={at}>
      {ms < 1500 ? "just now" : `${duration(ms)} ago`}
    </time>
  );
}

export function Countdown({ to }: { readonly to: string }): JSX.Element {
  const nowMs = useNow() + useContext(Ahead);
  return (
    <time class="countdown" role="timer" dateTime={to} title={to}>
      {countdown(Date.parse(to) - nowMs)}
    </time>
  );
}

const TONES: Readonly<Record<string, string>> = {
  published: "good",
  delivered: "good",
  complete: "good",
  appended: "good",
  waiting: "busy",
  pending: "busy",
  claiming: "busy",
  claimed: "busy",
  undeliverable: "bad",
  failed: "bad",
  paused: "warn",
  ignored: "warn",
  deadline: "warn",
  discarded: "warn",
};

/** A state, by its word; the colour only underlines it. */
export function State({ of }: { readonly of: string }): JSX.Element {
  return <span class={`state ${TONES[of] ?? ""}`}>{of}</span>;
}

/** Which window it is of. */
export function Key({ of }: { readonly of: string | undefined }): JSX.Element | null {
  return of === undefined ? null : <code class="key">{of}</code>;
}

export function Code({
  text,
  label,
}: {
  readonly text: string;
  readonly label: string;
}): JSX.Element {
  return (
    <pre class="code" tabIndex={0} role="region" aria-label={label}>
      {pretty(text)}
    </pre>
  );
}

export interface Fact {
  readonly name: string;
  readonly value: ComponentChildren;
}

export function Facts({ of }: { readonly of: readonly (Fact | undefined)[] }): JSX.Element {
  return (
    <dl class="facts">
      {of.map(
        (fact) =>
          fact && (
            <div key={fact.name}>
              <dt>{fact.name}</dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Over the page; whoever opened it has the focus again afterwards. */
export function Dialog({ title, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // Closed before it is removed: only then does the focus go back.
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ActionProps {
  /** On the button; an ellipsis says that it asks first. */
  readonly label: string;
  readonly title: string;
  /** What it will do, before it is done. */
  readonly children: ComponentChildren;
  readonly confirm: string;
  /** @returns what it did, in a sentence */
  readonly run: () => Promise<string>;
  readonly tone?: "quiet" | "danger";
  /** For who does not see what it stands beside. */
  readonly about?: string;
}

/** A button that asks, does it, and says what it did. */
export function Action(props: ActionProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { label, about, tone = "" } = props;
  return (
    <>
      <button
        type="button"
        class={tone}
        aria-label={about === undefined ? undefined : `${label.replace("…", "")} ${about}`}
        onClick={() => {
          setOpen(true);
        }}
      >
        {label}
      </button>
      {isOpen && (
        <Question
          {...props}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

type QuestionProps = ActionProps & { readonly onClose: () => void };

function Question({ title, children, confirm, run, tone, onClose }: QuestionProps): JSX.Element {
  const say = useContext(Say);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const done = await run();
      onClose();
      say(done);
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="prose">{children}</div>
        <Trouble>{problem}</Trouble>
        <DialogButtons confirm={confirm} isBusy={isBusy} tone={tone} onClose={onClose} />
      </form>
    </Dialog>
  );
}

interface ButtonsProps {
  readonly confirm: string;
  readonly isBusy: boolean;
  readonly tone?: string | undefined;
  readonly onClose: () => void;
}

export function DialogButtons({ confirm, isBusy, tone, onClose }: ButtonsProps): JSX.Element {
  return (
    <div class="buttons">
      <button type="button" onClick={onClose}>
        Cancel
      </button>
      <button type="submit" class={tone === "danger" ? "danger" : "primary"} disabled={isBusy}>
        {isBusy ? "One moment …" : confirm}
      </button>
    </div>
  );
}

/** What takes a read is asked for when somebody opens it. */
export function Disclosure({
  summary,
  children,
}: {
  readonly summary: ComponentChildren;
  readonly children: () => JSX.Element;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{summary}</summary>
      {isOpen && children()}
    </details>
  );
}
