/** What is asked again and again, while somebody looks. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { messageOf, Problem } from "./api.ts";

/** While all is well, and while it is not. */
const POLL_MS = { usual: 2000, troubled: 10_000 } as const;
/** A page that nobody touches costs nothing any more. */
const IDLE_MS = 15 * 60_000;

export interface Live<T> {
  /** What was read last; it stays while reading fails. */
  readonly value: T | undefined;
  readonly problem: string | undefined;
  /** 404: what was asked for is not there. */
  readonly isMissing: boolean;
  readonly refresh: () => void;
}

/**
 * Reads at once, and every two seconds while the page is visible, and not after a quarter of an hour in which
 * nobody touched it. What is asked for is said by `key`: another key is another value.
 */
export function useLive<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  pollMs: number = POLL_MS.usual,
): Live<T> {
  const [state, setState] = useState<{
    readonly key: string;
    readonly value?: T;
    readonly error?: unknown;
  }>({ key });
  const [round, setRound] = useState(0);
  const isAwake = useIsAwake();
  const latest = useRef(load);
  latest.current = load;

  // Not `useEffect`: its clean-up waits for the next paint, and a page that is hidden would ask once more before.
  useLayoutEffect(() => {
    if (!isAwake) return;
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      let nextMs = pollMs;
      try {
        const value = await latest.current(end.signal);
        if (end.signal.aborted) return;
        setState({ key, value });
      } catch (error) {
        if (end.signal.aborted) return;
        setState((before) => ({ ...(before.key === key ? before : { key }), error }));
        nextMs = Math.max(pollMs, POLL_MS.troubled);
      }
      timer = setTimeout(() => void run(), nextMs);
    };
    void run();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [key, round, isAwake, pollMs]);

  const refresh = useCallback(() => {
    setRound((before) => before + 1);
  }, []);
  const { value, error } = state.key === key ? state : {};
  return {
    value,
    problem: error === undefined ? undefined : messageOf(error),
    isMissing: error instanceof Problem && error.status === 404,
    refresh,
  };
}

/** The longest that a timer can be set to: in effect once; again when `refresh` is called. */
const NEVER_MS = 2 ** 31 - 1;

export function useOnce<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Live<T> {
  return useLive(key, load, NEVER_MS);
}

/** Whether somebody looks: the page is visible, and was touched not too long ago. */
export function useIsAwake(): boolean {
  const [isAwake, setAwake] = useState(!document.hidden);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (): void => {
      clearTimeout(timer);
      setAwake(!document.hidden);
      timer = setTimeout(() => {
        setAwake(false);
      }, IDLE_MS);
    };
    const signs = ["pointermove", "pointerdown", "keydown", "wheel", "hashchange"] as const;
    wake();
    document.addEventListener("visibilitychange", wake);
    for (const sign of signs) addEventListener(sign, wake, { passive: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", wake);
      for (const sign of signs) removeEventListener(sign, wake);
    };
  }, []);
  return isAwake;
}

/** The time by this clock, each second. */
export function useNow(): number {
  const [nowMs, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return nowMs;
}

/** What is given, once it has stayed the same for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(value);
    }, ms);
    return () => {
      clearTimeout(timer);
    };
  }, [value, ms]);
  return settled;
}
