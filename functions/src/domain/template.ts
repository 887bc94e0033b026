import { isPublic, literalAddress } from "./address.ts";

/**
 * URLs and header values of a target, with variables in braces: `https://example.com/orders/{key}`. What a
 * variable stands for comes from strangers, so it can become a part of a path, a query or a value, and
 * never more than that.
 */

export const VARIABLES = ["key", "eventID", "service"] as const;
export type Variable = (typeof VARIABLES)[number];
export type Variables = Readonly<Record<Variable, string>>;

/** Texts and variables by turns. */
export type Template = readonly (string | { readonly variable: Variable })[];

export type Parsed<T> = { readonly parsed: T } | { readonly problem: string };

const KNOWN = VARIABLES.map((name) => `{${name}}`).join(", ");

/** Reads a text with variables; a brace that belongs to none is a problem, since it is one mistyped. */
export function parseTemplate(text: string): Parsed<Template> {
  const parts: (string | { readonly variable: Variable })[] = [];
  for (const part of text.split(/(\{[^{}]*\})/)) {
    const name = /^\{(.*)\}$/s.exec(part)?.[1];
    const variable = VARIABLES.find((known) => known === name);
    if (variable !== undefined) parts.push({ variable });
    else if (/[{}]/.test(part)) return { problem: `there are only the variables ${KNOWN}` };
    else if (part !== "") parts.push(part);
  }
  return { parsed: parts };
}

/** A header's name (RFC 9110). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What a header's value may hold: nothing that ends it. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Headers that belong to the connection, or that EventSync writes itself. */
const RESERVED =
  /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|idempotency-key|webhook-.*|ce-.*)$/i;

/** What is wrong with the name of a target's header, if anything is. */
export function headerNameProblem(name: string): string | undefined {
  if (!HEADER_NAME.test(name)) return "expected the name of a header";
  return RESERVED.test(name) ? "EventSync writes this header itself" : undefined;
}

/** Whether a text can be the value of a header. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text);
}

/** Reads the value of a header. */
export function parseHeaderValue(text: string): Parsed<Template> {
  if (!isHeaderValue(text)) return { problem: "expected printable ASCII characters" };
  return parseTemplate(text);
}

/**
 * Reads the URL of a target. Its variables stand in its path or query, so that nobody but the
 * configuration says who is called.
 *
 * @param allowPrivate also allows `http:`
 */
export function parseUrl(text: string, allowPrivate: boolean): Parsed<Template> {
  const template = parseTemplate(text);
  if ("problem" in template) return template;
  const kinds = allowPrivate ? "https:// or http://" : "https://";
  const [start = ""] = template.parsed;
  const authority =
    typeof start === "string" ? /^(https?):\/\/[^/?#\\]+(?=[/?#]|$)/i.exec(start) : null;
  const [, scheme = ""] = authority ?? [];
  if (authority === null || !(allowPrivate || /^https$/i.test(scheme))) {
    const isPlain = /^http:\/\//i.test(text) && !allowPrivate;
    const otherwise = isPlain ? ", or also “allowPrivate”: with it http:// is possible" : "";
    return { problem: `expected a URL that begins with ${kinds} and a host${otherwise}` };
  }
  // Behind a host without a path a variable would go on with it.
  if (authority[0] === start && template.parsed.length > 1) {
    return { problem: "expected variables only in the path and the query" };
  }
  // URLs are read without them, and with a slash for the last: who looks for dots between slashes would not see.
  if (/[\s\p{Cc}\\]/u.test(text)) {
    return { problem: "expected a URL without blanks, control characters and backslashes" };
  }
  if (text.includes("#")) return { problem: "expected no fragment (#…): it is never sent" };
  const sample = { key: "k", eventID: "e", service: "s" };
  const url = urlOf(template.parsed, sample);
  if (url === undefined) return { problem: "expected no “.” and no “..” between slashes" };
  const parsed = URL.parse(url);
  if (parsed === null) return { problem: "expected a URL" };
  if (parsed.username !== "" || parsed.password !== "") {
    return { problem: "expected no user and no password in it: name a secret in “headers”" };
  }
  const address = literalAddress(parsed);
  if (!allowPrivate && address !== undefined && !isPublic(address)) {
    return { problem: `expected a public address, or “allowPrivate”; ${address} is none` };
  }
  return template;
}

/** A path's segment that leads elsewhere, in all its spellings. */
const DOTS = /^(?:\.|%2e){1,2}$/i;

/**
 * The URL for a delivery.
 *
 * @returns undefined if a value would lead to another path: `.` or `..` alone between slashes
 */
export function urlOf(template: Template, variables: Variables): string | undefined {
  const url = expand(template, variables, (value) => encodeURIComponent(value.toWellFormed()));
  const [path = ""] = url.split("?", 1);
  return path.split("/").some((segment) => DOTS.test(segment)) ? undefined : url;
}

/** The value of a header for a delivery. */
export function headerValueOf(template: Template, variables: Variables): string {
  return expand(template, variables, asHeaderValue);
}

/**
 * A text as a part of a header's value: what is not visible ASCII, and `"` and `%`, is percent-encoded UTF-8,
 * as in the HTTP binding of CloudEvents.
 */
export function asHeaderValue(text: string): string {
  return text.replaceAll(/[^\x21\x23\x24\x26-\x7e]+/g, (part) =>
    Array.from(
      Buffer.from(part),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""),
  );
}

function expand(
  template: Template,
  variables: Variables,
  encode: (value: string) => string,
): string {
  return template
    .map((part) => (typeof part === "string" ? part : encode(variables[part.variable])))
    .join("");
}
