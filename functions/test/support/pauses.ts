/**
 * Runs the tests of the suite around it without pauses: what waits for a moment, to try again, goes on
 * when everything else has had its turn; what waits for longer, as a time limit does, waits for ever.
 */
const LONGEST_PAUSE_MS = 5000;

export function withoutPauses(): void {
  const original = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  beforeEach(() => {
    const set = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object => {
      const timer = { isCleared: false, unref: () => timer, ref: () => timer };
      if (ms <= LONGEST_PAUSE_MS) {
        setImmediate(() => {
          if (!timer.isCleared) run(...args);
        });
      }
      return timer;
    };
    const clear = (timer: { isCleared: boolean } | undefined): void => {
      if (timer !== undefined) timer.isCleared = true;
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  });
  afterEach(() => {
    Object.assign(globalThis, original);
  });
}
