/** What a deployment did to a database: its rules, indexes, exempt fields and TTL policies. */
import { changeOf, compared, type Change } from "./changes.ts";
import type { FakeProject, FieldOverride, Index } from "./fakeProject.ts";

export interface DatabaseSummary {
  readonly id: string;
  /** Where it was created, if it was. */
  readonly createdIn?: string;
  readonly rules: Change;
  readonly indexesAdded: readonly string[];
  readonly indexesDeleted: readonly string[];
  /** `<collection group>.<field>` whose indexes are not the database's defaults any more. */
  readonly fieldsChanged: readonly string[];
  readonly fieldsReset: readonly string[];
  /** `<collection group>.<field>` by which documents expire. */
  readonly expiry: readonly string[];
}

export function databaseSummary(
  before: FakeProject,
  after: FakeProject,
  id: string,
): DatabaseSummary {
  const isIn = (name: string): boolean => name.split("/")[3] === id;
  const isCreated = before.databases[id] === undefined;
  const indexes = changes<Index>(before.indexes, after.indexes, isIn, describeIndex);
  const fields = changes<FieldOverride>(before.fields, after.fields, isIn, ({ name }) =>
    fieldOf(name),
  );
  return {
    id,
    ...(isCreated && { createdIn: after.databases[id]?.locationId ?? "" }),
    rules: changeOf(rulesOf(before, id), rulesOf(after, id)),
    indexesAdded: indexes.changed,
    indexesDeleted: indexes.gone,
    fieldsChanged: fields.changed,
    fieldsReset: fields.gone,
    expiry: Object.values(after.fields)
      .filter(({ name, ttlConfig }) => isIn(name) && ttlConfig !== undefined)
      .map(({ name }) => fieldOf(name)),
  };
}

function changes<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
  isIn: (name: string) => boolean,
  describe: (value: T) => string,
): { readonly changed: string[]; readonly gone: string[] } {
  const ours = compared(before, after, (value, change, name) => ({ value, change, name })).filter(
    ({ name }) => isIn(name),
  );
  const of = (...kinds: Change[]): string[] =>
    ours.filter(({ change }) => kinds.includes(change)).map(({ value }) => describe(value));
  return { changed: of("created", "updated"), gone: of("deleted") };
}

/** The source of the rules that are in force. */
function rulesOf({ projectId, releases, rulesets }: FakeProject, id: string): string | undefined {
  const release = id === "(default)" ? "cloud.firestore" : `cloud.firestore/${id}`;
  const { rulesetName = "" } = releases[`projects/${projectId}/releases/${release}`] ?? {};
  return rulesets[rulesetName]?.source.files.map(({ content }) => content).join("\n");
}

function describeIndex({ name = "", fields }: Index): string {
  const keys = fields
    .filter(({ fieldPath }) => fieldPath !== "__name__")
    .map((field) => `${field.fieldPath} ${(field.order ?? field.arrayConfig ?? "").toLowerCase()}`);
  return `${name.split("/")[5] ?? ""}: ${keys.join(", ")}`;
}

function fieldOf(name: string): string {
  const [, , , , , group = "", , field = ""] = name.split("/");
  return `${group}.${field}`;
}
