import { hash } from "node:crypto";

/** Two values that differ in anything have different ones. */
export function fingerprint(value: unknown): string {
  const parts: string[] = [];
  tell(value, parts);
  return hash("sha1", parts.join(""), "base64");
}

/**
 * Not JSON, in which a field that is to be removed would look like one that is not there, and a time like its
 * text. Each text comes with its length, each list and map with its end: no two values are told alike.
 */
function tell(value: unknown, parts: string[]): void {
  if (typeof value === "string") parts.push(`${String(value.length)}'`, value);
  else if (typeof value !== "object" || value === null) parts.push(`${String(value)};`);
  else if (Array.isArray(value)) {
    parts.push("[");
    for (const item of value) tell(item, parts);
    parts.push("]");
  } else if (value instanceof Date) parts.push(`@${String(value.getTime())};`);
  else if (value instanceof Uint8Array) parts.push(`#${Buffer.from(value).toString("hex")};`);
  else {
    parts.push("{");
    for (const [name, item] of Object.entries(value)) {
      parts.push(name, "=");
      tell(item, parts);
    }
    parts.push("}");
  }
}
