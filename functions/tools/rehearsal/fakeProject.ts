/**
 * The Google Cloud project that a rehearsal deploys to: what the APIs would remember, as plain data, so
 * that two states can be compared. Resources are kept by their full name, as the APIs show them.
 */

/** A resource of which only some fields matter here. */
export type Resource = Record<string, unknown>;

export interface Binding {
  readonly role: string;
  members: string[];
}

export interface Policy {
  bindings: Binding[];
  etag: string;
}

export interface EventTrigger {
  readonly eventType: string;
  readonly eventFilters: readonly {
    readonly attribute: string;
    readonly value: string;
    readonly operator?: string;
  }[];
  readonly triggerRegion?: string;
  readonly retryPolicy: string;
  readonly serviceAccountEmail?: string;
}

/** A function of the second generation. */
export interface CloudFunction {
  readonly name: string;
  readonly state: string;
  readonly url: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildConfig: {
    readonly runtime: string;
    readonly entryPoint: string;
    readonly source?: {
      readonly storageSource?: { readonly bucket: string; readonly object: string };
    };
  };
  readonly serviceConfig: {
    readonly service: string;
    readonly uri: string;
    readonly serviceAccountEmail?: string;
    readonly availableMemory?: string;
    readonly availableCpu?: string;
    readonly timeoutSeconds?: number;
    readonly minInstanceCount?: number;
    readonly maxInstanceCount?: number;
    readonly maxInstanceRequestConcurrency?: number;
    readonly environmentVariables?: Readonly<Record<string, string>>;
  };
  readonly eventTrigger?: EventTrigger;
}

/** A job of Cloud Scheduler. */
export interface Job {
  readonly name: string;
  readonly schedule: string;
  readonly timeZone?: string;
  readonly attemptDeadline?: string;
  readonly retryConfig?: Resource;
  readonly httpTarget?: {
    readonly uri: string;
    readonly httpMethod: string;
    readonly oidcToken?: { readonly serviceAccountEmail: string };
  };
}

/** An index of Firestore, or the ones of a single field. */
export interface Index {
  readonly name?: string;
  readonly queryScope: string;
  readonly fields: readonly {
    readonly fieldPath: string;
    readonly order?: string;
    readonly arrayConfig?: string;
  }[];
}

/** A field whose indexes are not the database's defaults, or that has a TTL policy. */
export interface FieldOverride {
  readonly name: string;
  readonly indexConfig: { readonly indexes?: readonly Index[] };
  readonly ttlConfig?: Resource;
}

export interface Ruleset {
  readonly name: string;
  readonly source: {
    readonly files: readonly { readonly name: string; readonly content: string }[];
  };
}

export interface FakeProject {
  readonly projectId: string;
  readonly projectNumber: string;
  /** Enabled APIs, by host name. */
  apis: string[];
  policy: Policy;
  databases: Record<string, { readonly name: string; readonly locationId: string }>;
  indexes: Record<string, Index>;
  fields: Record<string, FieldOverride>;
  rulesets: Record<string, Ruleset>;
  releases: Record<string, { readonly name: string; readonly rulesetName: string }>;
  functions: Record<string, CloudFunction>;
  /** Who may do what with a Cloud Run service, by the service's name. */
  servicePolicies: Record<string, Policy>;
  jobs: Record<string, Job>;
  /** Queues of Cloud Tasks. */
  queues: Record<string, Resource>;
  /** Container image repositories. */
  repositories: Record<string, Resource>;
  /** What was uploaded, by `<bucket>/<object>`. */
  uploads: Record<string, Uint8Array>;
}

/** A project with billing in which nothing has ever been done. */
export function emptyProject(projectId: string): FakeProject {
  return {
    projectId,
    projectNumber: "123456789012",
    apis: [],
    policy: emptyPolicy(),
    databases: {},
    indexes: {},
    fields: {},
    rulesets: {},
    releases: {},
    functions: {},
    servicePolicies: {},
    jobs: {},
    queues: {},
    repositories: {},
    uploads: {},
  };
}

export function emptyPolicy(): Policy {
  return { bindings: [], etag: "BwX0" };
}

/** The members that a policy gives a role. */
export function membersOf(policy: Policy | undefined, role: string): readonly string[] {
  return policy?.bindings.find((binding) => binding.role === role)?.members ?? [];
}

/** The last part of a resource's name. */
export function idOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
