/** Which operation of the OpenAPI document a request means. */
import { METHODS, type Method } from "../../src/openapi/describe.ts";
import type { OpenApiDocument } from "../../src/openapi/document.ts";
import { pointerOf } from "./validators.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface Media {
  readonly schema: Readonly<Record<string, unknown>>;
}

export interface DescribedResponse {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, Media>>;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DescribedResponse | { readonly $ref: string }>>;
}

export interface FoundOperation {
  readonly path: string;
  readonly method: Method;
  readonly operation: DescribedOperation;
  /** Where it is in the document. */
  readonly pointer: string;
}

/** The operations of one path, by their methods. */
export interface FoundPath {
  readonly path: string;
  readonly operations: ReadonlyMap<string, FoundOperation>;
}

interface Pattern extends FoundPath {
  readonly regex: RegExp;
  readonly literals: number;
  readonly names: number;
}

export class Operations {
  readonly all: readonly FoundOperation[];
  readonly #patterns: readonly Pattern[];

  constructor({ paths }: OpenApiDocument) {
    const patterns = Object.entries(paths).map(([path, item]): Pattern => {
      const operations = METHODS.flatMap((method): [string, FoundOperation][] => {
        const operation = item[method] as DescribedOperation | undefined;
        const pointer = pointerOf("paths", path, method);
        if (operation === undefined) return [];
        return [[method.toUpperCase(), { path, method, operation, pointer }]];
      });
      return { path, operations: new Map(operations), ...matching(path) };
    });
    this.all = patterns.flatMap(({ operations }) => [...operations.values()]);
    // What is written out comes before what a parameter may be, and what names more before what may hold slashes.
    this.#patterns = patterns.toSorted((a, b) => b.literals - a.literals || b.names - a.names);
  }

  /** @param path with the name of the function, without its query */
  at(path: string): FoundPath | undefined {
    // With or without a slash behind the function it is the same.
    const plain = path.replace(/^(\/[^/]*)\/$/, "$1");
    return this.#patterns.find(({ regex }) => regex.test(plain));
  }
}

function matching(path: string): Pick<Pattern, "regex" | "literals" | "names"> {
  const escaped = path.replace(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  // The key of an endpoint may hold slashes.
  const source = escaped.replaceAll("{eventKey}", ".+").replace(/\{\w+\}/g, "[^/]+");
  const segments = path.split("/");
  const names = segments.filter((segment) => segment.startsWith("{")).length;
  return { regex: new RegExp(`^${source}$`, "s"), literals: segments.length - names, names };
}
