/** Characters that are sent at a time, at least. */
const PIECE = 65_536;

interface Page {
  readonly [name: string]: unknown;
  readonly syncs: readonly object[];
}

/**
 * An object with a list of `syncs` as JSON, piece by piece: of what is large there is one more copy at a time
 * in memory, and none of all of it.
 */
export function* jsonPage({ syncs, ...rest }: Page): Generator<string, void, undefined> {
  let piece = `${JSON.stringify(rest).slice(0, -1)},"syncs":[`;
  for (const [index, sync] of syncs.entries()) {
    piece += `${index === 0 ? "" : ","}${JSON.stringify(sync)}`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}]}`;
}
