/** Cloud Run: who may invoke a function. */
import { jsonBody, notFound, routesOf } from "../api.ts";
import type { FakeProject, Policy } from "../fakeProject.ts";

const SERVICE = "/v1/projects/:project/locations/:location/services/:service";

export const runApi = routesOf("run.googleapis.com", {
  [`GET ${SERVICE}:getIamPolicy`]: (project, { path }) => ({
    ...policyOf(project, serviceOf(path)),
  }),

  [`POST ${SERVICE}:setIamPolicy`]: (project, call) => {
    const service = serviceOf(call.path);
    policyOf(project, service);
    const policy = withoutEmpty((jsonBody(call) as { policy: Policy }).policy);
    project.servicePolicies[service] = policy;
    return { ...policy };
  },
});

/** As the platform keeps it: without bindings that give a role to nobody. */
export function withoutEmpty({ bindings }: Policy): Policy {
  return { bindings: bindings.filter(({ members }) => members.length > 0), etag: "BwX1" };
}

function policyOf({ servicePolicies }: FakeProject, service: string): Policy {
  const policy = servicePolicies[service];
  if (policy === undefined) throw notFound(service);
  return policy;
}

function serviceOf(path: string): string {
  return path.slice("/v1/".length, path.lastIndexOf(":"));
}
