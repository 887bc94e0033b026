/** JSON Schemas (2020-12) in few words. An answer has the fields that its schema has, and no others. */
export type Schema = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Schema>>;

/** @param more fields that may be left out */
export function object(fields: Fields, more: Fields = {}): Schema {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(fields),
    properties: { ...fields, ...more },
  };
}

/** What is asked for may hold more than we read. */
export function openObject(fields: Fields, more: Fields = {}): Schema {
  return { ...object(fields, more), additionalProperties: true };
}

/** Values by names that nobody knows beforehand. */
export function mapOf(values: Schema): Schema {
  return { type: "object", additionalProperties: values };
}

export function list(items: Schema, more: Schema = {}): Schema {
  return { type: "array", items, ...more };
}

export function oneOf(values: readonly string[]): Schema {
  return { type: "string", enum: values };
}

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

export function integer(minimum: number, maximum?: number): Schema {
  return { type: "integer", minimum, ...(maximum !== undefined && { maximum }) };
}

/** With what it means. */
export function told(description: string, schema: Schema): Schema {
  return { ...schema, description };
}

/** A schema of `components`. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export const text: Schema = { type: "string" };
export const boolean: Schema = { type: "boolean" };
export const yes: Schema = { const: true };
export const count = integer(0);
/** RFC 3339. */
export const time: Schema = { type: "string", format: "date-time" };
export const eventID = told("MD5, in lower-case hex, of what the sync consists of.", {
  type: "string",
  pattern: "^[0-9a-f]{32}$",
});
