/** What a deployment takes for granted: it neither makes these things nor looks at them. */
import type { Invokers } from "../src/config/invokers.ts";
import type { ServiceConfig } from "../src/config/schema.ts";

/** Of whom a deployment consists; undefined where it is not known. */
export interface Parties {
  readonly project: string;
  readonly serviceAccount: string | undefined;
  readonly services: readonly ServiceConfig[] | undefined;
  readonly invokers: Invokers | undefined;
}

/** How a fact begins that names such a thing. */
export const MUST_EXIST = "must exist, and is not looked at: ";

/** Every account and topic that must exist, with the roles that the functions' account needs. */
export function prerequisitesOf(parties: Parties): string[] {
  const { project, serviceAccount = "", invokers } = parties;
  const { services = [] } = parties;
  const topics = topicsOf(services);
  const callers = new Map<string, string[]>();
  for (const [name, members] of Object.entries(invokers ?? {})) {
    for (const member of members) {
      if (!member.includes("@")) continue; // public, private
      const account = member.endsWith("@") ? `${member}${accountDomain(project)}` : member;
      callers.set(account, [...(callers.get(account) ?? []), name]);
    }
  }
  const roles = `roles/datastore.user and roles/eventarc.eventReceiver on ${project}, and roles/pubsub.publisher on ${topics.length === 1 ? "the topic" : "each topic"}`;
  const alarmRoles = `roles/cloudtasks.enqueuer on ${project} and roles/iam.serviceAccountUser on itself, for alarms; without them deadlines pass with the sweep, a minute late as a rule`;
  const hasDeadline = services.some(({ deadline }) => deadline !== undefined);
  return [
    ...topics.map((topic) => `topic ${topic}`),
    ...(serviceAccount === ""
      ? []
      : [
          `account ${serviceAccount}, with ${roles}`,
          ...(hasDeadline ? [`account ${serviceAccount}, with ${alarmRoles}`] : []),
        ]),
    ...[...callers].map(
      ([account, names]) => `account ${account}, which may call ${names.join(", ")}`,
    ),
  ].map((each) => MUST_EXIST + each);
}

/** What is in other projects needs roles there, which are easily forgotten. */
export function foreignWarnings(parties: Parties): string[] {
  const { project, serviceAccount = "" } = parties;
  const [, domain = ""] = serviceAccount.split("@");
  const isForeign = domain.endsWith(IAM_DOMAIN) && domain !== accountDomain(project);
  return [
    ...(isForeign
      ? [
          `SERVICE_ACCOUNT is ${serviceAccount}, of another project than ${project}: who deploys needs roles/iam.serviceAccountUser on it, the Cloud Run service agent of ${project} needs roles/iam.serviceAccountTokenCreator, and the account's project must allow its use in others (iam.disableCrossProjectServiceAccountUsage)`,
        ]
      : []),
    ...topicsOf(parties.services ?? [])
      .filter((topic) => topic.split("/")[1] !== project)
      .map(
        (topic) =>
          `the topic ${topic} is of another project than ${project}: ${serviceAccount === "" ? "the functions' account" : serviceAccount} needs roles/pubsub.publisher on it there`,
      ),
  ];
}

const IAM_DOMAIN = ".iam.gserviceaccount.com";

/** Of the service accounts of a project; that of an old one, `example.com:name`, is turned round. */
export function accountDomain(project: string): string {
  return project.split(":").reverse().join(".") + IAM_DOMAIN;
}

/** Every topic that the services publish to. */
export function topicsOf(services: readonly ServiceConfig[]): string[] {
  const topics = services.flatMap(({ targetPubSub, deadLetterPubSub }) =>
    [targetPubSub, deadLetterPubSub].flatMap((target) => target?.topic ?? []),
  );
  return [...new Set(topics)];
}
