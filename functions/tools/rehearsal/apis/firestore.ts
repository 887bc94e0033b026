/** The administration of Firestore: databases, indexes, single fields. */
import { jsonBody, masked, notFound, Refusal, routesOf } from "../api.ts";
import type { FakeProject, FieldOverride, Index, Resource } from "../fakeProject.ts";

const DATABASES = "/v1/projects/:project/databases";
const GROUP = `${DATABASES}/:database/collectionGroups/:group`;

export const firestoreApi = routesOf("firestore.googleapis.com", {
  [`POST ${DATABASES}`]: ({ databases, projectId }, call) => {
    const id = call.query.get("databaseId") ?? "";
    const name = `projects/${projectId}/databases/${id}`;
    if (databases[id] !== undefined) {
      throw new Refusal(409, "ALREADY_EXISTS", `${name} exists already.`);
    }
    const { locationId = "" } = jsonBody(call) as { locationId?: string };
    const made = { name, locationId };
    databases[id] = made;
    return { name: `${name}/operations/create`, done: true, response: made };
  },

  [`GET ${DATABASES}/:database`]: (project, { groups }) => ({
    ...databaseOf(project, groups["database"]),
    type: "FIRESTORE_NATIVE",
    databaseEdition: "STANDARD",
  }),

  [`GET ${DATABASES}/:database/operations/create`]: (project, { groups }) => ({
    done: true,
    response: databaseOf(project, groups["database"]),
  }),

  [`GET ${GROUP}/indexes`]: (project, { groups }) => {
    databaseOf(project, groups["database"]);
    return { indexes: ofDatabase(project, project.indexes, groups["database"]) };
  },

  [`POST ${GROUP}/indexes`]: (project, call) => {
    databaseOf(project, call.groups["database"]);
    const id = `index${String(Object.keys(project.indexes).length)}`;
    const name = `${call.path.slice("/v1/".length)}/${id}`;
    project.indexes[name] = asKept(name, jsonBody(call) as Index);
    return { name: `${name}/operations/create`, done: true };
  },

  [`DELETE ${GROUP}/indexes/:index`]: ({ indexes }, { path }) => {
    Reflect.deleteProperty(indexes, path.slice("/v1/".length));
    return {};
  },

  [`GET ${GROUP}/fields`]: (project, { groups }) => {
    databaseOf(project, groups["database"]);
    return { fields: ofDatabase(project, project.fields, groups["database"]) };
  },

  [`PATCH ${GROUP}/fields/:field`]: ({ fields }, call) => {
    const name = call.path.slice("/v1/".length);
    const old: Resource = { ...fields[name] };
    const field = masked(old, jsonBody(call) as Resource, call.query.get("updateMask"));
    // An update without anything brings back the database's defaults.
    if (field["indexConfig"] === undefined) Reflect.deleteProperty(fields, name);
    else fields[name] = { ...field, name } as unknown as FieldOverride;
    return { name: `${name}/operations/update`, done: true };
  },
});

function databaseOf({ databases }: FakeProject, id = ""): Resource {
  const database = databases[id];
  if (database === undefined) throw notFound(`The database ${id}`);
  return database;
}

function ofDatabase<T>({ projectId }: FakeProject, all: Record<string, T>, id = ""): readonly T[] {
  const prefix = `projects/${projectId}/databases/${id}/`;
  return Object.entries(all)
    .filter(([name]) => name.startsWith(prefix))
    .map(([, value]) => value);
}

/** The platform orders equal entries by name, and says so in the index. */
function asKept(name: string, asked: Index): Index {
  const last = asked.fields.at(-1);
  const fields =
    last?.fieldPath === "__name__"
      ? asked.fields
      : [...asked.fields, { fieldPath: "__name__", order: last?.order ?? "ASCENDING" }];
  const kept = { ...asked, name, fields, state: "CREATING" };
  return kept;
}
