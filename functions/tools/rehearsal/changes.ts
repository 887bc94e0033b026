/** What became of the things of one state in another. */

export type Change = "created" | "updated" | "deleted" | "unchanged";

/** Everything of either state, by name, with what became of it. */
export function compared<T, U>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  summary: (value: T, change: Change, name: string) => U,
): U[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((name) => {
    const value = after[name] ?? before[name];
    return value === undefined ? [] : [summary(value, changeOf(before[name], after[name]), name)];
  });
}

/** What became of one thing; undefined is nothing. */
export function changeOf(before: unknown, after: unknown): Change {
  if (before === undefined) return "created";
  if (after === undefined) return "deleted";
  return JSON.stringify(before) === JSON.stringify(after) ? "unchanged" : "updated";
}
