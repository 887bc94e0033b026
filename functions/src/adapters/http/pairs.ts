import type { NamedValues } from "../../domain/event.ts";

/** Names in order of first appearance, repeats as separate values in order. */
export function collect(pairs: Iterable<readonly [name: string, value: string]>): NamedValues[] {
  const collected = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = collected.get(name);
    if (values === undefined) collected.set(name, [value]);
    else values.push(value);
  }
  return Array.from(collected, ([name, values]) => ({ name, values }));
}

/** `x-lower-case` → `X-Lower-Case`, as Go's `CanonicalMIMEHeaderKey` does. */
export function canonicalName(lowerCase: string): string {
  return lowerCase.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
