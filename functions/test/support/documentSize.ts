/** Bytes of a document by Firestore's published rule, which the emulator does not apply. */
import { Timestamp, type DocumentSnapshot } from "@google-cloud/firestore";

const stringSize = (text: string): number => Buffer.byteLength(text) + 1;

/** The name, the fields, and 32 bytes. */
export function documentSize(snapshot: DocumentSnapshot): number {
  const name = snapshot.ref.path.split("/").reduce((sum, id) => sum + stringSize(id), 16);
  return name + valueSize(snapshot.data() ?? {});
}

function valueSize(value: unknown): number {
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "number" || value instanceof Timestamp) return 8;
  if (typeof value === "string") return stringSize(value);
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + valueSize(item), 0);
  if (typeof value !== "object") throw new TypeError(`no size is known for a ${typeof value}`);
  return Object.entries(value).reduce(
    (sum, [name, field]) => sum + stringSize(name) + valueSize(field),
    32,
  );
}
