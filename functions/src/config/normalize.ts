/** The part of a JSON Schema that says where keys are matched and values are read leniently. */
interface SchemaNode {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
}

/** A key that the schema does not know; it is ignored, as in the original, but said. */
export type OnUnknownKey = (path: string) => void;

/**
 * Reads a configuration as leniently as the original does, and no more: keys in any letter case (of
 * equal keys the last wins), `null` as absent, unknown keys ignored, and what stands for “default”
 * (`""` for a choice, `0` for a count, an empty list of methods) as absent. HTTP methods become upper
 * case. The result is a new value with its keys in the schema's order; nothing else is converted.
 */
export function normalize(
  value: unknown,
  schema: SchemaNode,
  path: string,
  onUnknownKey: OnUnknownKey,
): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item: unknown, index) =>
      normalize(
        typeof item === "string" && items.enum !== undefined ? item.toUpperCase() : item,
        items,
        `${path}[${String(index)}]`,
        onUnknownKey,
      ),
    );
  }
  const { properties } = schema;
  if (typeof value !== "object" || value === null || properties === undefined) return value;

  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const found = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) onUnknownKey(join(path, key));
    else found.set(name, entry);
  }
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name, child]) => found.has(name) && !isAbsent(found.get(name), child))
      .map(([name, child]) => [
        name,
        normalize(found.get(name), child, join(path, name), onUnknownKey),
      ]),
  );
}

function isAbsent(value: unknown, schema: SchemaNode): boolean {
  if (value === null) return true;
  if (schema.default === undefined) return false;
  if (schema.enum !== undefined && value === "") return true;
  if (schema.items?.enum !== undefined && Array.isArray(value) && value.length === 0) return true;
  return value === 0 && schema.minimum === 1 && schema.default === 1;
}

/** `trigger` and `type` → `trigger.type`. */
export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
