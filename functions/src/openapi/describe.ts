import type { ErrorCode } from "../domain/errors.ts";
import { object, type Schema } from "./shapes.ts";

/** The methods that OpenAPI knows. */
export const METHODS = [
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "trace",
] as const;
export type Method = (typeof METHODS)[number];

/** A parameter in the query or the headers; it may be left out. */
export interface Parameter {
  readonly description: string;
  readonly schema: Schema;
}

type Parameters = Readonly<Record<string, Parameter>>;

export interface Content {
  readonly description: string;
  /** By media type; none where there is no body. */
  readonly content?: Readonly<Record<string, Schema>>;
}

/** What a method does at a path. */
export interface Operation {
  /** Unique in the document: what a generated client calls it. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly query?: Parameters;
  readonly headers?: Parameters;
  readonly body?: Content;
  /** By status, what it is answered with where it succeeds. */
  readonly answers: Readonly<Record<number, Content>>;
  /** What it may be refused for, besides what any request may. */
  readonly codes: readonly ErrorCode[];
}

/** The operations of a path below the name of a function; what is in braces is a parameter. */
export type Paths = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

/** An HTTP function. */
export interface FunctionDescription {
  readonly summary: string;
  readonly paths: Paths;
  readonly schemas?: Readonly<Record<string, Schema>>;
}

/** An answer of JSON. */
export function json(description: string, schema: Schema): Content {
  return { description, content: { "application/json": schema } };
}

/** The body of a request that somebody makes by hand: an object, or nothing at all. */
export function command(fields: Readonly<Record<string, Schema>>): Content {
  return json("May be left out.", object({}, fields));
}

/** The same operation for several methods, each by a name of its own. */
export function byEach(
  methods: readonly Method[],
  operation: Operation,
): Readonly<Partial<Record<Method, Operation>>> {
  return Object.fromEntries(
    methods.map((method, index) => [
      method,
      index === 0 ? operation : { ...operation, id: `${operation.id}By${capital(method)}` },
    ]),
  );
}

/** With the short form of it: without a name the first service is meant. */
export function ofService(path: Paths[string]): Paths {
  const first = Object.entries(path).map(([method, operation]) => [
    method,
    { ...operation, id: `${operation.id}OfFirst` },
  ]);
  return { "": Object.fromEntries(first) as Paths[string], "/{service}": path };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
