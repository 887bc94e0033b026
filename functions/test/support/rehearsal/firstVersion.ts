/** A project as the first version of EventSync left it. */
import type { FakeProject } from "../../../tools/rehearsal/fakeProject.ts";

export const SWEEP_JOB =
  "projects/my-project/locations/us-central1/jobs/firebase-schedule-sweep-us-central1";

/** Its functions belonged to no codebase of their own, and its job called the sweep as `eventsync@`. */
export function toFirstVersion(project: FakeProject): FakeProject {
  const { functions, jobs, ...others } = structuredClone(project);
  const job = jobs[SWEEP_JOB];
  if (job?.httpTarget === undefined) throw new Error(`There is no ${SWEEP_JOB}.`);
  const oidcToken = { serviceAccountEmail: "eventsync@" };
  return {
    ...others,
    functions: Object.fromEntries(
      Object.entries(functions).map(([name, each]) => {
        const labels = Object.entries(each.labels ?? {});
        const kept = labels.filter(([label]) => label !== "firebase-functions-codebase");
        return [name, { ...each, labels: Object.fromEntries(kept) }];
      }),
    ),
    jobs: { ...jobs, [SWEEP_JOB]: { ...job, httpTarget: { ...job.httpTarget, oidcToken } } },
  };
}
