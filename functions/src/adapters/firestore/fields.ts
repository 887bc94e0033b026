import type { Fields } from "./documents.ts";

/** A document that somebody else has written or changed. */
export class MalformedDocumentError extends Error {
  override readonly name = "MalformedDocumentError";
}

/**
 * Reads typed fields of a document that anybody with access to the database may have changed.
 *
 * Every method throws MalformedDocumentError if the field is not of its type.
 */
export class FieldReader {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  string(name: string): string {
    const value = this.#fields[name];
    return typeof value === "string" ? value : fail(name);
  }

  number(name: string): number {
    const value = this.#fields[name];
    return typeof value === "number" ? value : fail(name);
  }

  boolean(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === "boolean" ? value : fail(name);
  }

  /** Epoch milliseconds. */
  time(name: string): number {
    return this.optionalTime(name) ?? fail(name);
  }

  optionalTime(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    return value instanceof Date ? value.getTime() : fail(name);
  }

  array(name: string): unknown[] {
    const value = this.#fields[name];
    return Array.isArray(value) ? value : fail(name);
  }

  map(name: string): FieldReader {
    return toReader(this.#fields[name], name);
  }

  list(name: string): FieldReader[] {
    return this.array(name).map((item) => toReader(item, name));
  }

  optionalOneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    return this.#fields[name] === undefined ? undefined : this.oneOf(name, values);
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    return values.find((value) => value === this.#fields[name]) ?? fail(name);
  }
}

function toReader(value: unknown, name: string): FieldReader {
  return typeof value === "object" && value !== null
    ? new FieldReader(value as Fields)
    : fail(name);
}

function fail(name: string): never {
  throw new MalformedDocumentError(`the field ${name} is missing or malformed`);
}
