import { join } from "./normalize.ts";
import type { Problem } from "./parse.ts";
import type { ServiceConfig } from "./schema.ts";

/** A name that is listed twice would be expected twice, and can receive once. */
export function checkReceipts({ receipts }: ServiceConfig, root: string): Problem[] {
  const subscriptions = receipts?.subscriptions ?? [];
  return subscriptions.flatMap((name, index) => {
    const first = subscriptions.indexOf(name);
    if (first === index) return [];
    const path = join(root, `receipts.subscriptions[${String(index)}]`);
    const earlier = join(root, `receipts.subscriptions[${String(first)}]`);
    const message = `expected a unique name, got ${JSON.stringify(name)} as at ${earlier}`;
    return [{ path, message }];
  });
}
