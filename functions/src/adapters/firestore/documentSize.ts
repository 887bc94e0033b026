import type { Fields } from "./documents.ts";

/** Most bytes of a document, by Firestore's own count. */
export const MAX_DOCUMENT_BYTES = 1_048_576;

/**
 * Bytes that a document takes, as Firestore counts them: its name, its fields, and 32. The emulator
 * counts otherwise, and takes more. (https://firebase.google.com/docs/firestore/storage-size)
 *
 * @param path the document's path below the database, such as `services/svc/events/e1`
 * @param fields of the kinds of values that documents here hold
 * @throws TypeError for another kind
 */
export function documentSize(path: string, fields: Fields): number {
  const name = path.split("/").reduce((sum, segment) => sum + textSize(segment), 16);
  return name + mapSize(fields);
}

function mapSize(fields: Fields): number {
  return Object.entries(fields).reduce(
    (sum, [name, value]) => sum + textSize(name) + valueSize(value),
    32,
  );
}

function textSize(text: string): number {
  return Buffer.byteLength(text) + 1;
}

function valueSize(value: unknown): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "string") return textSize(value);
  if (typeof value === "number" || value instanceof Date) return 8;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + valueSize(item), 0);
  if (typeof value === "object") return mapSize(value as Fields);
  throw new TypeError(`No document of ours holds a ${typeof value}`);
}
