/** The project itself: its APIs, its policy, its accounts, and signing in. */
import { jsonBody, routesOf } from "../api.ts";
import type { Policy } from "../fakeProject.ts";
import { withoutEmpty } from "./run.ts";

/** The only access token that the stand-in gives, and takes. */
export const ACCESS_TOKEN = "rehearsal-access-token";

export const signInApi = routesOf("www.googleapis.com", {
  "POST /oauth2/v3/token": () => ({ access_token: ACCESS_TOKEN, expires_in: 3600 }),
});

export const serviceUsageApi = routesOf("serviceusage.googleapis.com", {
  "GET /v1/projects/:project/services/:api": ({ apis }, { groups }) => ({
    state: apis.includes(groups["api"] ?? "") ? "ENABLED" : "DISABLED",
  }),

  "POST /v1/projects/:project/services/:api:enable": (project, { groups }) => {
    project.apis = [...new Set([...project.apis, groups["api"] ?? ""])];
    return { done: true };
  },

  "POST /v1beta1/projects/:project/services/:api:generateServiceIdentity": () => ({ done: true }),
});

/** Whoever rehearses may do anything. */
const allowed = (permissions: readonly string[]): { permissions: readonly string[] } => ({
  permissions,
});

export const resourceManagerApi = routesOf("cloudresourcemanager.googleapis.com", {
  "GET /v1/projects/:project": ({ projectId, projectNumber }) => ({
    projectId,
    projectNumber,
    lifecycleState: "ACTIVE",
  }),

  "POST /v1/projects/:project:testIamPermissions": (_project, call) =>
    allowed((jsonBody(call) as { permissions: string[] }).permissions),

  "POST /v1/projects/:project:getIamPolicy": ({ policy }) => structuredClone({ ...policy }),

  "POST /v1/projects/:project:setIamPolicy": (project, call) => {
    project.policy = withoutEmpty((jsonBody(call) as { policy: Policy }).policy);
    return { ...project.policy };
  },
});

export const iamApi = routesOf("iam.googleapis.com", {
  "POST /v1/projects/:project/serviceAccounts/:account:testIamPermissions": (_project, call) =>
    allowed((jsonBody(call) as { permissions: string[] }).permissions),
});

export const firebaseApi = routesOf("firebase.googleapis.com", {
  "GET /v1beta1/projects/:project/adminSdkConfig": ({ projectId }) => ({
    projectId,
    storageBucket: `${projectId}.firebasestorage.app`,
  }),
});

export const computeApi = routesOf("compute.googleapis.com", {
  "GET /compute/v1/projects/:project": ({ projectNumber }) => ({
    defaultServiceAccount: `${projectNumber}-compute@developer.gserviceaccount.com`,
  }),
});

export const billingApi = routesOf("cloudbilling.googleapis.com", {
  "GET /v1/projects/:project/billingInfo": () => ({ billingEnabled: true }),
});

export const extensionsApi = routesOf("firebaseextensions.googleapis.com", {
  "GET /v1beta/projects/:project/instances": () => ({}),
});
