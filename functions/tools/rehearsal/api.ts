/** How the stand-in's APIs are written: tables of routes over the project's state. */
import type { FakeProject, Resource } from "./fakeProject.ts";

/** One request, as the stand-in got it. */
export interface Call {
  readonly method: string;
  /** Of the API that was asked, such as `run.googleapis.com`. */
  readonly host: string;
  /** Decoded, with a leading slash and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** What a route gets: the call and what its pattern matched. */
export interface RoutedCall extends Call {
  readonly groups: Readonly<Record<string, string>>;
}

export interface Route {
  readonly host: string;
  readonly method: string;
  /** Matches the whole path; named groups are handed on. */
  readonly path: RegExp;
  /** Gives the body of a 200, or throws a `Refusal`. */
  readonly answer: (project: FakeProject, call: RoutedCall) => Resource;
}

/** An answer other than 200, in the form of Google's APIs. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly code: string;

  constructor(httpStatus: number, code: string, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.code = code;
  }
}

export function notFound(name: string): Refusal {
  return new Refusal(404, "NOT_FOUND", `${name} was not found.`);
}

/** The table of one API. Patterns are written like paths: `:name` is one segment, `:name*` any number. */
export function routesOf(
  host: string,
  table: Readonly<Record<string, Route["answer"]>>,
): readonly Route[] {
  return Object.entries(table).map(([key, answer]) => {
    const [method = "", pattern = ""] = key.split(" ");
    return { host, method, path: toRegExp(pattern), answer };
  });
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.()+?]/g, "\\$&")
    .replaceAll(/\/:(\w+)\*/g, "/(?<$1>.+?)")
    .replaceAll(/\/:(\w+)/g, "/(?<$1>[^/:]+)");
  return new RegExp(`^${source}$`);
}

/** A body of JSON; an empty one is an empty object. */
export function jsonBody(call: Call): unknown {
  const text = Buffer.from(call.body).toString();
  return JSON.parse(text === "" ? "{}" : text);
}

/**
 * What an update with this mask makes of a resource: the named fields are replaced, the others stay.
 * Without a mask everything is replaced.
 */
export function masked(old: Resource, update: Resource, mask: string | null): Resource {
  if (mask === null || mask === "") return update;
  const result = structuredClone(old);
  for (const path of mask.split(",")) copyField(result, update, path.split("."));
  return result;
}

function copyField(to: Resource, from: Resource, [key = "", ...rest]: readonly string[]): void {
  if (rest.length > 0) {
    const nested = (to[key] ??= {}) as Resource;
    copyField(nested, (from[key] ?? {}) as Resource, rest);
  } else if (from[key] === undefined || from[key] === null) {
    Reflect.deleteProperty(to, key);
  } else to[key] = from[key];
}
