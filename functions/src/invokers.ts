import { readInvokers, type HttpFunction } from "./config/invokers.ts";

/**
 * Read while firebase-tools asks, in the functions' directory, what there is to deploy. An instance has
 * no use for it: the platform has checked the caller before a request arrives.
 */
const declared =
  process.env["FUNCTIONS_CONTROL_API"] === "true"
    ? readInvokers(process.cwd(), process.env["GCLOUD_PROJECT"]).invokers
    : undefined;

/**
 * Who may call a function. A deployment grants exactly this list, so a caller that was let in by hand is
 * locked out by the next one.
 */
export function invokersOf(name: HttpFunction): string[] {
  return [...(declared?.[name] ?? ["private"])];
}
