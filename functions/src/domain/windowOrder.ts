import type { Place } from "./event.ts";

/** How windows are listed: the one with the oldest event first, or by their keys. */
export const WINDOW_ORDERS = ["age", "key"] as const;
export type WindowOrder = (typeof WINDOW_ORDERS)[number];

/** Where a page of windows ended, in its order. */
export type WindowStand =
  | { readonly order: "age"; readonly place: Place }
  | { readonly order: "key"; readonly key: string };
