/** Cloud Scheduler, and Artifact Registry, where the functions' images go. */
import { jsonBody, masked, notFound, routesOf } from "../api.ts";
import type { Job, Resource } from "../fakeProject.ts";

const JOBS = "/v1/projects/:project/locations/:location/jobs";
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

export const artifactRegistryApi = routesOf("artifactregistry.googleapis.com", {
  [`GET ${REPOSITORY}`]: ({ repositories }, { path }) => found(repositories, path),

  [`PATCH ${REPOSITORY}`]: ({ repositories }, call) => {
    const old = found(repositories, call.path);
    const repository = masked(old, jsonBody(call) as Resource, call.query.get("updateMask"));
    repositories[call.path.slice("/v1/".length)] = repository;
    return repository;
  },
});

function found(repositories: Record<string, Resource>, path: string): Resource {
  const repository = repositories[path.slice("/v1/".length)];
  if (repository === undefined) throw notFound(path);
  return repository;
}
