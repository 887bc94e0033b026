/** A key of a configuration that nothing reads: probably a typing mistake. */
export interface IgnoredKey {
  /** Where it is, such as `endpoints[1].eventKye`. */
  readonly path: string;
  /** What may be meant: a key that is known there, and that the configuration does not have. */
  readonly nearest?: string;
}

/** Such as: `nothing reads the key corelation: did you mean “correlation”?` */
export function ignoredInWords({ path, nearest }: IgnoredKey): string {
  const meant = nearest === undefined ? "" : `: did you mean “${nearest}”?`;
  return `nothing reads the key ${path}${meant}`;
}

/** Of the names the one that differs from a key in the fewest letters, if those are few. */
export function nearestName(key: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Infinity;
  for (const name of names) {
    const most = Math.max(1, Math.floor(name.length / 3));
    // A key may be of any length, and what it is compared with is short.
    if (Math.abs(key.length - name.length) > most) continue;
    const distance = editDistance(key.toLowerCase(), name.toLowerCase());
    if (distance > most || distance >= fewest) continue;
    fewest = distance;
    nearest = name;
  }
  return nearest;
}

/** How many characters have to be added, removed or replaced (Levenshtein), a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries()) {
      const replaced = (row[column] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
