import type { Domain } from "node:domain";

/**
 * Takes a request out of the `node:domain` in which functions-framework runs it; nothing happens where
 * there is none.
 *
 * In a domain Node.js enters and leaves it around every callback and every promise of the request: a
 * seventh of the CPU time of storing an event, up to a third of a window check. All that it does in return
 * is to catch errors that nobody awaits. Ours await everything, and what escaped all the same should
 * end the process, which it does without a domain: the platform starts another and sends again.
 */
export function leaveDomain(): void {
  (process as { readonly domain?: Domain | null }).domain?.exit();
}
