import { hash } from "node:crypto";

/** As good as the value itself: what differs in anything that counts has another one. */
export function fingerprint(value: unknown): string {
  return hash("sha1", textOf(value), "base64");
}

/**
 * Not JSON, in which a field that is removed would look like one that is not there, and a time like its text.
 * Each text comes with its length, each list and map with its end: two values never give the same.
 */
function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `${String(value.length)}'${value}`;
    case "object":
      break;
    default:
      return `${String(value)};`;
  }
  if (value === null) return "null;";
  if (value instanceof Date) return `@${String(value.getTime())};`;
  if (value instanceof Uint8Array) return textOf(Buffer.from(value).toString("base64"));
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += textOf(item);
    return `[${text}]`;
  }
  for (const [name, item] of Object.entries(value)) text += name + ":" + textOf(item);
  return `{${text}}`;
}
