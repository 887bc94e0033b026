/** Notices that nobody is left who wants the result of this process. */

const POLL_MS = 500;

/**
 * Calls back once the script that started this process (`EVENTSYNC_SCRIPT_PID`, of scripts/setup.sh), or the
 * npm in between, has ended before it. A process whose parent is killed is told nothing, so it has to ask.
 */
export function watchStarter(onEnd: () => void): { stop(): void } {
  const script = Number(process.env["EVENTSYNC_SCRIPT_PID"] ?? "0");
  const isRunByNpm = process.env["npm_lifecycle_event"] !== undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    const hasEnded = (script > 0 && !isAlive(script)) || (isRunByNpm && process.ppid !== parent);
    if (!hasEnded) return;
    clearInterval(timer);
    onEnd();
  }, POLL_MS);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
