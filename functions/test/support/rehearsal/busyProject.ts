/** A project that holds other people's things: functions, a job, indexes, rules, grants. */
import { emptyProject, type FakeProject } from "../../../tools/rehearsal/fakeProject.ts";

const PROJECT = "my-project";
const LOCATION = `projects/${PROJECT}/locations/us-central1`;
const GROUPS = `projects/${PROJECT}/databases/(default)/collectionGroups`;
const RULES = "service cloud.firestore { /* theirs */ }";

export const OTHERS = {
  function: `${LOCATION}/functions/report`,
  service: `${LOCATION}/services/report`,
  job: `${LOCATION}/jobs/firebase-schedule-report-us-central1`,
  repository: `${LOCATION}/repositories/gcf-artifacts`,
  index: `${GROUPS}/orders/indexes/theirs`,
  field: `${GROUPS}/orders/fields/note`,
  archive: "theirs/report.zip",
  grant: { role: "roles/editor", members: ["user:owner@example.com"] },
} as const;

/** Its scheduled function belongs to the codebase `default`, as functions do that name none. */
export function busyProject(): FakeProject {
  const empty = emptyProject(PROJECT);
  const uri = "https://report-theirs.a.run.app";
  const fields = [
    { fieldPath: "at", order: "ASCENDING" },
    { fieldPath: "__name__", order: "ASCENDING" },
  ];
  return {
    ...empty,
    apis: ["cloudfunctions.googleapis.com", "firestore.googleapis.com"],
    policy: { bindings: [structuredClone(OTHERS.grant) as never], etag: "BwX0" },
    databases: {
      "(default)": { name: `projects/${PROJECT}/databases/(default)`, locationId: "nam5" },
    },
    indexes: { [OTHERS.index]: { name: OTHERS.index, queryScope: "COLLECTION", fields } },
    fields: { [OTHERS.field]: { name: OTHERS.field, indexConfig: { indexes: [] } } },
    rulesets: {
      [`projects/${PROJECT}/rulesets/theirs`]: {
        name: `projects/${PROJECT}/rulesets/theirs`,
        source: { files: [{ name: "firestore.rules", content: RULES }] },
      },
    },
    releases: {
      [`projects/${PROJECT}/releases/cloud.firestore`]: {
        name: `projects/${PROJECT}/releases/cloud.firestore`,
        rulesetName: `projects/${PROJECT}/rulesets/theirs`,
      },
    },
    functions: {
      [OTHERS.function]: {
        name: OTHERS.function,
        state: "ACTIVE",
        url: `https://us-central1-${PROJECT}.cloudfunctions.net/report`,
        labels: { "deployment-tool": "cli-firebase", "deployment-scheduled": "true" },
        buildConfig: {
          runtime: "nodejs24",
          entryPoint: "report",
          source: { storageSource: { bucket: "theirs", object: "report.zip" } },
        },
        serviceConfig: { service: OTHERS.service, uri, availableMemory: "256Mi" },
      },
    },
    servicePolicies: {
      [OTHERS.service]: {
        bindings: [{ role: "roles/run.invoker", members: ["allUsers"] }],
        etag: "BwX0",
      },
    },
    jobs: {
      [OTHERS.job]: {
        name: OTHERS.job,
        schedule: "every 24 hours",
        httpTarget: { uri, httpMethod: "POST" },
      },
    },
    repositories: {
      [OTHERS.repository]: { name: OTHERS.repository, cleanupPolicies: { theirs: {} } },
    },
    uploads: { [OTHERS.archive]: new Uint8Array([1]) },
  };
}
