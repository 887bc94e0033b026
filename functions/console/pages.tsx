/** Lists that come page by page, newest first. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";

export interface PageState {
  readonly after: string | undefined;
  readonly goTo: (after: string | undefined) => void;
}

/** @param key of what is listed: another list begins at its beginning */
export function usePages(key: string): PageState {
  const [state, setState] = useState<{ readonly key: string; readonly after?: string }>({ key });
  return {
    after: state.key === key ? state.after : undefined,
    goTo: (after) => {
      setState(after === undefined ? { key } : { key, after });
    },
  };
}

export function Pages({
  pages,
  next,
}: {
  readonly pages: PageState;
  readonly next: string | null;
}): JSX.Element | null {
  if (pages.after === undefined && next === null) return null;
  return (
    <nav class="pages" aria-label="Pages">
      <button
        type="button"
        disabled={pages.after === undefined}
        onClick={() => {
          pages.goTo(undefined);
        }}
      >
        Newest
      </button>
      <button
        type="button"
        disabled={next === null}
        onClick={() => {
          pages.goTo(next ?? undefined);
        }}
      >
        Older
      </button>
    </nav>
  );
}
