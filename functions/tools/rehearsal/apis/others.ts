/** Cloud Scheduler, Cloud Tasks, and Artifact Registry, where the functions' images go. */
import { jsonBody, masked, notFound, routesOf } from "../api.ts";
import type { Job, Resource } from "../fakeProject.ts";

const JOBS = "/v1/projects/:project/locations/:location/jobs";
const QUEUES = "/v2/projects/:project/locations/:location/queues";
const REPOSITORY = "/v1/projects/:project/locations/:location/repositories/:repository";

export const schedulerApi = routesOf("cloudscheduler.googleapis.com", {
  [`GET ${JOBS}/:job`]: ({ jobs }, { path }) => {
    const job = jobs[path.slice("/v1/".length)];
    if (job === undefined) throw notFound(path);
    return { ...job, state: "ENABLED" };
  },

  [`POST ${JOBS}`]: ({ jobs }, call) => {
    const job = jsonBody(call) as Job;
    jobs[job.name] = job;
    return { ...job };
  },

  [`PATCH ${JOBS}/:job`]: ({ jobs }, call) => {
    const name = call.path.slice("/v1/".length);
    const old = jobs[name];
    if (old === undefined) throw notFound(name);
    const job = masked({ ...old }, jsonBody(call) as Resource, call.query.get("updateMask"));
    jobs[name] = { ...job, name } as unknown as Job;
    return job;
  },

  [`DELETE ${JOBS}/:job`]: ({ jobs }, { path }) => {
    Reflect.deleteProperty(jobs, path.slice("/v1/".length));
    return {};
  },
});

export const tasksApi = routesOf("cloudtasks.googleapis.com", {
  [`GET ${QUEUES}/:queue`]: ({ queues }, { path }) => found(queues, path.slice("/v2/".length)),

  [`POST ${QUEUES}`]: ({ queues }, call) => {
    const queue = jsonBody(call) as Resource;
    queues[String(queue["name"])] = queue;
    return queue;
  },

  [`PATCH ${QUEUES}/:queue`]: ({ queues }, call) => {
    const name = call.path.slice("/v2/".length);
    const queue = masked(
      found(queues, name),
      jsonBody(call) as Resource,
      call.query.get("updateMask"),
    );
    queues[name] = queue;
    return queue;
  },
});

export const artifactRegistryApi = routesOf("artifactregistry.googleapis.com", {
  [`GET ${REPOSITORY}`]: ({ repositories }, { path }) =>
    found(repositories, path.slice("/v1/".length)),

  [`PATCH ${REPOSITORY}`]: ({ repositories }, call) => {
    const name = call.path.slice("/v1/".length);
    const old = found(repositories, name);
    const repository = masked(old, jsonBody(call) as Resource, call.query.get("updateMask"));
    repositories[name] = repository;
    return repository;
  },
});

function found(resources: Record<string, Resource>, name: string): Resource {
  const resource = resources[name];
  if (resource === undefined) throw notFound(name);
  return resource;
}
