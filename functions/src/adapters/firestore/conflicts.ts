const INVALID_ARGUMENT = 3;

/** gRPC status codes that a conditional commit ends with when its condition does not hold. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code;
}

/**
 * Whether a conditional commit was refused because the documents were not as expected. It may also
 * be our own doing: the client repeats a commit whose answer was lost, and the repeat finds the
 * documents changed. Who catches this looks whether the commit took effect.
 */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === NOT_FOUND ||
    code === ALREADY_EXISTS ||
    code === FAILED_PRECONDITION ||
    code === ABORTED
  );
}

export function isAlreadyExists(error: unknown): boolean {
  return codeOf(error) === ALREADY_EXISTS;
}

export function isNotFound(error: unknown): boolean {
  return codeOf(error) === NOT_FOUND;
}

/** Whether a document is refused for its size. Only the text says so; the code says any wrong argument. */
export function isTooLarge(error: unknown): boolean {
  return (
    codeOf(error) === INVALID_ARGUMENT &&
    /exceeds the maximum|is longer than/.test((error as Error).message)
  );
}
