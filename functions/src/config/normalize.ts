import { nearestName, type IgnoredKey } from "./ignoredKey.ts";

/** The part of a JSON Schema that says where keys are matched and values are read leniently. */
interface SchemaNode {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly $ref?: string;
}

/** A schema with what its `$ref`s name, all of them as `#/definitions/…`. */
interface Schema extends SchemaNode {
  readonly definitions: Readonly<Record<string, SchemaNode>>;
}

/** A key that the schema does not know; it is ignored, as in the original, but said. */
export type OnUnknownKey = (key: IgnoredKey) => void;

/**
 * Reads a configuration as leniently as the original does, and no more: keys in any letter case (of
 * equal keys the last wins), `null` as absent, unknown keys ignored, and what stands for “default”
 * (`""` for a choice, `0` for a count, an empty list of methods) as absent. What is chosen from a list becomes
 * what the list has. The result is a new value with its keys in the schema's order; nothing else is converted.
 *
 * What the schema defines by name is younger than the original: an unknown key there stays, to be refused.
 */
export function normalize(
  value: unknown,
  schema: Schema,
  path: string,
  onUnknownKey: OnUnknownKey,
): unknown {
  return normalizeNode(value, schema, path, { definitions: schema.definitions, onUnknownKey });
}

interface Context extends Pick<Schema, "definitions"> {
  /** Undefined where unknown keys stay. */
  readonly onUnknownKey: OnUnknownKey | undefined;
}

function normalizeNode(
  value: unknown,
  schema: SchemaNode,
  path: string,
  context: Context,
): unknown {
  const { definitions, onUnknownKey } = context;
  if (schema.$ref !== undefined) {
    const named = definitions[schema.$ref.replace("#/definitions/", "")];
    return normalizeNode(value, named ?? {}, path, { definitions, onUnknownKey: undefined });
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return value.map((item: unknown, index) =>
      normalizeNode(
        typeof item === "string" ? asListed(item, items.enum) : item,
        items,
        `${path}[${String(index)}]`,
        context,
      ),
    );
  }
  const { properties } = schema;
  if (typeof value !== "object" || value === null || properties === undefined) return value;

  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const found = new Map<string, unknown>();
  const unknown = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    if (name !== undefined) found.set(name, entry);
    else unknown.set(key, entry);
  }
  if (onUnknownKey !== undefined) {
    const absent = [...names.values()].filter((name) => !found.has(name));
    for (const key of unknown.keys()) {
      const nearest = nearestName(key, absent);
      onUnknownKey({ path: join(path, key), ...(nearest !== undefined && { nearest }) });
    }
  }
  const known = Object.fromEntries(
    Object.entries(properties)
      .filter(([name, child]) => found.has(name) && !isAbsent(found.get(name), child))
      .map(([name, child]) => [
        name,
        normalizeNode(found.get(name), child, join(path, name), context),
      ]),
  );
  return onUnknownKey === undefined ? { ...known, ...Object.fromEntries(unknown) } : known;
}

/** A choice in a list, in whichever letter case it is written. */
function asListed(item: string, choices: readonly unknown[] = []): string {
  const isIt = (choice: unknown): choice is string =>
    typeof choice === "string" && choice.toLowerCase() === item.toLowerCase();
  return choices.find(isIt) ?? item;
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
