/** What answers have told: ids and cursors, for the requests that come later. */
import { isUtf8 } from "node:buffer";

import type { Drawn } from "./requests.ts";

/** A request as it goes over the wire. */
export interface Wire {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
}

/** What an answer's field is for. */
const FIELDS: Readonly<Record<string, string>> = {
  syncId: "syncId",
  eventId: "eventId",
  next: "next",
  eventID: "eventID",
};

export class Pools {
  readonly #values = new Map<string, string[]>();

  learn(answer: unknown): void {
    if (typeof answer !== "object" || answer === null) return;
    for (const [name, value] of Object.entries(answer)) {
      const pool = FIELDS[name];
      if (pool !== undefined && typeof value === "string") this.#add(pool, value);
      else this.learn(value);
    }
  }

  #add(pool: string, value: string): void {
    const known = this.#values.get(pool) ?? [];
    if (!known.includes(value)) this.#values.set(pool, [...known, value].slice(-MOST));
  }

  /** Fills in what is known; where nothing is, something that nobody has given out. */
  toWire({ method, segments, query, headers, body, raw }: Drawn): Wire {
    const path = segments.map((segment) => encode(this.#filled(segment))).join("/");
    const pairs = query.map(([name, value]) => `${encode(name)}=${encode(this.#filled(value))}`);
    const url = `/${path}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
    // Behind the name of the function.
    const at = raw && Math.min(url.length, (segments[0]?.length ?? 0) + 2 + raw.at);
    return {
      method,
      path: at === undefined ? url : `${url.slice(0, at)}${raw?.text ?? ""}${url.slice(at)}`,
      headers: headers.flatMap(([name, value]) => [name, headerValue(value)]),
      body: body === undefined ? undefined : this.#bodyOf(Buffer.from(body, "base64")),
    };
  }

  #bodyOf(body: Buffer): Buffer {
    return isUtf8(body) ? Buffer.from(this.#filled(body.toString())) : body;
  }

  #filled(text: string): string {
    return text.replace(TOKEN, (_, name: string, index: string, part?: string, bend?: string) => {
      const pool = this.#values.get(name) ?? [];
      const value = pool[Number(index) % Math.max(1, pool.length)] ?? "0123456789abcdef";
      return part === undefined || bend === undefined ? value : bentCursor(value, part, bend);
    });
  }
}

const MOST = 200;
const TOKEN = /⟨(\w+):(\d+)(?::(\d+):([\w-]*))?⟩/g;

/** A cursor of ours, one part of which is another. */
function bentCursor(cursor: string, part: string, bend: string): string {
  try {
    const parts = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    const value: unknown = JSON.parse(Buffer.from(bend, "base64url").toString());
    const bent = parts.with(Number(part) % parts.length, value);
    return Buffer.from(JSON.stringify(bent)).toString("base64url");
  } catch {
    return bend;
  }
}

/** Half a character has no encoding: it goes as the bytes that some programs send for it. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}

/** What Node.js lets a client send. */
function headerValue(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}
