import { serviceSchema } from "../config/schema.ts";
import { PUBLIC_VIEW } from "../config/publicView.ts";
import type { Schema } from "./shapes.ts";

/** Fields by which nothing is said of what may be in them. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * The schema of a configuration as it stands in `components`: in the words of 2020-12, and without those of
 * our own.
 */
function translated(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(translated);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([name, child]: [string, unknown]) => {
      if (name === "expected") return [];
      if (name === "dependencies") return [["dependentRequired", child]];
      if (name === "$ref") return [[name, String(child).replace(DEFINITION, componentName)]];
      return [[name, translated(child)]];
    }),
  );
}

const DEFINITION = /^#\/definitions\/(.)(.*)$/;

function componentName(_: string, first: string, rest: string): string {
  return `#/components/schemas/${first.toUpperCase()}${rest}`;
}

const { definitions, ...service } = serviceSchema;

/** What is shown of a configuration: the fields of its public view, with every default filled in. */
function viewed(schema: Fields, view: Fields): Fields {
  const { items, properties, required = [] } = schema;
  if (items !== undefined) return { ...schema, items: viewed(items as Fields, view) };
  const shown = Object.entries(properties as Readonly<Record<string, Fields>>).flatMap(
    ([name, child]) => {
      const decision = view[name];
      if (decision === "hidden") return [];
      return [[name, decision === "shown" ? child : viewed(child, decision as Fields)] as const];
    },
  );
  const names = new Set(shown.map(([name]) => name));
  return {
    ...schema,
    required: (required as readonly string[]).filter((name) => names.has(name)),
    properties: Object.fromEntries(shown),
  };
}

export const configurationSchemas = {
  Service: {
    ...(translated(service) as Schema),
    description:
      "The configuration of a service. Keys are read in any letter case, and `null` counts as absent; what a " +
      "schema cannot say is checked besides.",
  },
  Condition: translated(definitions.condition) as Schema,
  Conditions: translated(definitions.conditions) as Schema,
  PublicService: {
    ...(translated(viewed(service, PUBLIC_VIEW)) as Schema),
    description: "What is shown of the configuration of a service, with every default filled in.",
  },
};
