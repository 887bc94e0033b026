/** Cloud Functions, and the storage that it takes archives from. */
import { createHash } from "node:crypto";

import { jsonBody, masked, notFound, Refusal, routesOf } from "../api.ts";
import type { CloudFunction, FakeProject, Resource } from "../fakeProject.ts";
import { emptyPolicy, idOf } from "../fakeProject.ts";

/** Names and values of all variables of a function, by Google's limit. */
const MAX_ENVIRONMENT_BYTES = 32 * 1024;

const FUNCTIONS = "/v2/projects/:project/locations/:location/functions";

export const functionsApi = routesOf("cloudfunctions.googleapis.com", {
  // The first generation: there is none.
  "GET /v1/projects/:project/locations/-/functions": () => ({}),

  "GET /v2/projects/:project/locations/-/functions": ({ functions }) => ({
    functions: Object.values(functions),
  }),

  [`POST ${FUNCTIONS}:generateUploadUrl`]: ({ projectNumber, uploads }, { groups }) => {
    const bucket = `gcf-v2-uploads-${projectNumber}.${groups["location"] ?? ""}.cloudfunctions.appspot.com`;
    const object = `${String(Object.keys(uploads).length)}.zip`;
    const uploadUrl = `https://storage.googleapis.com/${bucket}/${object}?GoogleAccessId=upload`;
    return { uploadUrl, storageSource: { bucket, object } };
  },

  [`POST ${FUNCTIONS}`]: (project, call) => {
    const { project: id = "", location = "" } = call.groups;
    const name = `projects/${id}/locations/${location}/functions/${call.query.get("functionId") ?? ""}`;
    if (project.functions[name] !== undefined) {
      throw new Refusal(409, "ALREADY_EXISTS", `${name} exists already.`);
    }
    const made = completed(project, { ...(jsonBody(call) as Resource), name });
    project.functions[name] = made;
    project.servicePolicies[made.serviceConfig.service] = emptyPolicy();
    const images = `projects/${id}/locations/${location}/repositories/gcf-artifacts`;
    project.repositories[images] ??= { name: images, format: "DOCKER" };
    return operation(name);
  },

  [`PATCH ${FUNCTIONS}/:function`]: (project, call) => {
    const name = call.path.slice("/v2/".length);
    const old = existing(project, name);
    const update = masked(
      old as unknown as Resource,
      jsonBody(call) as Resource,
      call.query.get("updateMask"),
    );
    project.functions[name] = completed(project, { ...update, name });
    return operation(name);
  },

  [`DELETE ${FUNCTIONS}/:function`]: (project, call) => {
    const name = call.path.slice("/v2/".length);
    const { service } = existing(project, name).serviceConfig;
    Reflect.deleteProperty(project.functions, name);
    Reflect.deleteProperty(project.servicePolicies, service);
    return operation(name);
  },

  // Every operation is done as soon as it is asked for; its id is the function.
  "GET /v2/projects/:project/locations/:location/operations/:function": ({ functions }, call) => {
    const name = call.path.slice("/v2/".length);
    return { name, done: true, response: functions[name.replace("/operations/", "/functions/")] };
  },
});

export const storageApi = routesOf("storage.googleapis.com", {
  "PUT /:bucket/:object": ({ uploads }, { path, body }) => {
    uploads[path.slice(1)] = body;
    return {};
  },
});

function existing({ functions }: FakeProject, name: string): CloudFunction {
  const found = functions[name];
  if (found === undefined) throw notFound(name);
  return found;
}

/** What the platform adds to what was asked for. */
function completed(project: FakeProject, asked: Resource): CloudFunction {
  const wanted = asked as unknown as CloudFunction;
  const [, projectId = "", , location = ""] = wanted.name.split("/");
  const { bucket, object } = wanted.buildConfig.source?.storageSource ?? {};
  if (project.uploads[`${bucket ?? ""}/${object ?? ""}`] === undefined) {
    throw new Refusal(400, "INVALID_ARGUMENT", `${wanted.name}: its source was never uploaded.`);
  }
  const variables = Object.entries(wanted.serviceConfig.environmentVariables ?? {});
  if (Buffer.byteLength(variables.flat().join("")) > MAX_ENVIRONMENT_BYTES) {
    throw new Refusal(400, "INVALID_ARGUMENT", `${wanted.name}: more than 32 KiB of variables.`);
  }
  const id = idOf(wanted.name);
  const service = id.toLowerCase().replaceAll("_", "-");
  return {
    ...wanted,
    state: "ACTIVE",
    url: `https://${location}-${projectId}.cloudfunctions.net/${id}`,
    serviceConfig: {
      ...wanted.serviceConfig,
      service: `projects/${projectId}/locations/${location}/services/${service}`,
      uri: `https://${service}-${hashOf(`${projectId}/${location}`)}.a.run.app`,
    },
  };
}

function hashOf(text: string): string {
  return createHash("md5").update(text).digest("hex").slice(0, 10);
}

function operation(name: string): Resource {
  return { name: name.replace("/functions/", "/operations/"), done: false };
}
