/** What a deployment did to a project: the difference of two states, as plain data. */
import { compared, type Change } from "./changes.ts";
import { databaseSummary, type DatabaseSummary } from "./databaseSummary.ts";
import { idOf, membersOf } from "./fakeProject.ts";
import type { CloudFunction, FakeProject, Policy } from "./fakeProject.ts";

export interface FunctionSummary {
  readonly name: string;
  readonly change: Change;
  readonly region: string;
  readonly memory: string;
  readonly cpu: string;
  readonly concurrency: number;
  readonly maxInstances: number;
  readonly timeoutSeconds: number;
  readonly serviceAccount: string;
  /** Members of `roles/run.invoker`; nobody else may call it. */
  readonly invokers: readonly string[];
  readonly trigger?: {
    readonly type: string;
    /** Attribute to value. */
    readonly filters: Readonly<Record<string, string>>;
    readonly region: string;
    readonly serviceAccount: string;
    readonly isRetried: boolean;
  };
}

export interface JobSummary {
  readonly name: string;
  readonly change: Change;
  readonly schedule: string;
  readonly timeZone: string;
  readonly uri: string;
  /** The account that it calls the function as. */
  readonly identity: string;
}

export interface QueueSummary {
  readonly name: string;
  readonly change: Change;
  readonly state: string;
}

export interface Grant {
  readonly resource: string;
  readonly role: string;
  readonly member: string;
}

export interface Summary {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly apisEnabled: readonly string[];
  readonly databases: readonly DatabaseSummary[];
  readonly functions: readonly FunctionSummary[];
  readonly jobs: readonly JobSummary[];
  readonly queues: readonly QueueSummary[];
  readonly granted: readonly Grant[];
  readonly revoked: readonly Grant[];
  /** Container image repositories whose old images are removed from now on. */
  readonly cleanedUp: readonly string[];
}

export function summarize(before: FakeProject, after: FakeProject): Summary {
  const [had, has] = [grantsOf(before), grantsOf(after)];
  return {
    projectId: after.projectId,
    projectNumber: after.projectNumber,
    apisEnabled: after.apis.filter((api) => !before.apis.includes(api)).sort(),
    databases: Object.keys(after.databases).map((id) => databaseSummary(before, after, id)),
    functions: compared(before.functions, after.functions, (found, change) =>
      functionSummary(found, change, after),
    ),
    jobs: compared(before.jobs, after.jobs, (job, change) => ({
      name: idOf(job.name),
      change,
      schedule: job.schedule,
      timeZone: job.timeZone ?? "",
      uri: job.httpTarget?.uri ?? "",
      identity: job.httpTarget?.oidcToken?.serviceAccountEmail ?? "",
    })),
    queues: compared(before.queues, after.queues, ({ name, state }, change) => ({
      name: idOf(String(name)),
      change,
      state: String(state),
    })),
    granted: without(has, had),
    revoked: without(had, has),
    cleanedUp: compared(before.repositories, after.repositories, ({ name }, change) =>
      change === "unchanged" ? [] : [String(name)],
    ).flat(),
  };
}

function functionSummary(
  { name, serviceConfig, eventTrigger }: CloudFunction,
  change: Change,
  { servicePolicies }: FakeProject,
): FunctionSummary {
  return {
    name: idOf(name),
    change,
    region: name.split("/")[3] ?? "",
    memory: serviceConfig.availableMemory ?? "",
    cpu: serviceConfig.availableCpu ?? "",
    concurrency: serviceConfig.maxInstanceRequestConcurrency ?? 1,
    maxInstances: serviceConfig.maxInstanceCount ?? 0,
    timeoutSeconds: serviceConfig.timeoutSeconds ?? 0,
    serviceAccount: serviceConfig.serviceAccountEmail ?? "",
    invokers: membersOf(servicePolicies[serviceConfig.service], "roles/run.invoker"),
    ...(eventTrigger !== undefined && {
      trigger: {
        type: eventTrigger.eventType,
        filters: Object.fromEntries(
          eventTrigger.eventFilters.map(({ attribute, value }) => [attribute, value]),
        ),
        region: eventTrigger.triggerRegion ?? "",
        serviceAccount: eventTrigger.serviceAccountEmail ?? "",
        isRetried: eventTrigger.retryPolicy === "RETRY_POLICY_RETRY",
      },
    }),
  };
}

function grantsOf({ projectId, policy, servicePolicies }: FakeProject): Grant[] {
  const grants = (resource: string, { bindings }: Policy): Grant[] =>
    bindings.flatMap(({ role, members }) => members.map((member) => ({ resource, role, member })));
  return [
    ...grants(`project ${projectId}`, policy),
    ...Object.entries(servicePolicies).flatMap(([name, each]) =>
      grants(`service ${idOf(name)}`, each),
    ),
  ];
}

function without(all: readonly Grant[], some: readonly Grant[]): Grant[] {
  const known = new Set(some.map((grant) => JSON.stringify(grant)));
  return all.filter((grant) => !known.has(JSON.stringify(grant)));
}
