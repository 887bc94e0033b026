/** What a deployment takes for granted: it neither makes these things nor looks at them. */
import type { Invokers } from "../src/config/invokers.ts";
import type { ServiceConfig } from "../src/config/schema.ts";
import type { Target } from "../src/domain/target.ts";

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
  const alarmed = alarmedOf(services);
  const alarmRoles = `roles/cloudtasks.enqueuer on ${project} and roles/iam.serviceAccountUser on itself, for alarms; without them ${alarmed.join(" and ")} with the sweep, a minute late as a rule`;
  return [
    ...topics.map((topic) => `topic ${topic}`),
    ...(serviceAccount === ""
      ? []
      : [
          `account ${serviceAccount}, with ${roles}`,
          ...(alarmed.length > 0 ? [`account ${serviceAccount}, with ${alarmRoles}`] : []),
          ...vouchedFor(services).map(
            (called) => `account ${serviceAccount}, with roles/run.invoker on ${called}`,
          ),
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
  const topics = services.flatMap(({ targetPubSub, deadLetterPubSub, targets = [] }) => [
    ...[targetPubSub, deadLetterPubSub].flatMap((target) => target?.topic ?? []),
    ...targets.flatMap(topicsOfTarget),
  ]);
  return [...new Set(topics)];
}

function topicsOfTarget(target: Target): string[] {
  switch (target.kind) {
    case "pubsub":
      return [target.topic];
    case "http":
      return [target.reply, target.deadLetter].flatMap((asked) => asked?.topic ?? []);
    case "pull":
      return [];
  }
}

/** What alarms are set for. */
function alarmedOf(services: readonly ServiceConfig[]): string[] {
  const isRepeated = ({ kind }: Target): boolean => kind !== "pull";
  return [
    ...(services.some(({ deadline }) => deadline !== undefined) ? ["deadlines pass"] : []),
    ...(services.some(({ targets = [] }) => targets.some(isRepeated))
      ? ["deliveries that failed are repeated"]
      : []),
  ];
}

/** What is called with an identity token of the functions' account. */
function vouchedFor(services: readonly ServiceConfig[]): string[] {
  return services.flatMap(({ serviceName, targets = [] }) =>
    targets.flatMap((target) =>
      target.kind === "http" && target.auth !== undefined
        ? [
            `what the target “${target.name}” of ${JSON.stringify(serviceName)} calls, ${originOf(target)}`,
          ]
        : [],
    ),
  );
}

/** All of a URL that may be shown: the paths of webhooks hold secrets. */
export function originOf({ url }: { readonly url: string }): string {
  return new URL(url).origin;
}
