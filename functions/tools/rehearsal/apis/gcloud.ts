/** What `scripts/deploy` asks of the Google Cloud CLI. */
import { jsonBody, notFound, Refusal, routesOf } from "../api.ts";
import type { Call } from "../api.ts";
import type { FakeProject, Job } from "../fakeProject.ts";
import { membersOf } from "../fakeProject.ts";

export const gcloudApi = routesOf("gcloud", {
  "POST /": (project, call) => {
    const args = jsonBody(call) as string[];
    const command = Object.keys(COMMANDS).find((known) => args.join(" ").startsWith(`${known} `));
    const run = COMMANDS[command ?? ""];
    if (command === undefined || run === undefined) {
      throw new Refusal(
        501,
        "UNIMPLEMENTED",
        `the rehearsal does not know ${describeGcloud(call)}`,
      );
    }
    const [operand = "", ...rest] = args.slice(command.split(" ").length);
    return { output: run(project, operand, flagsOf(rest)) };
  },
});

type Flags = Readonly<Record<string, string>>;
type Command = (project: FakeProject, operand: string, flags: Flags) => string;

const COMMANDS: Readonly<Record<string, Command>> = {
  "run services add-iam-policy-binding": (project, service, flags) => {
    const { role = "", member = "", region = "" } = flags;
    const name = `projects/${flags["project"] ?? ""}/locations/${region}/services/${service}`;
    const policy = project.servicePolicies[name];
    if (policy === undefined) throw notFound(name);
    const members = [...new Set([...membersOf(policy, role), member])];
    policy.bindings = [
      ...policy.bindings.filter((binding) => binding.role !== role),
      { role, members },
    ];
    return "";
  },

  "scheduler jobs run": (project, job, flags) => {
    jobOf(project, job, flags);
    return "";
  },

  // Asked for a sweep that ended well: there is one if the job may call what it calls.
  "logging read": (project) =>
    Object.values(project.jobs).some((job) => isLetIn(project, job))
      ? "2026-01-01T00:00:00Z\n"
      : "",
};

function isLetIn({ functions, servicePolicies }: FakeProject, { httpTarget }: Job): boolean {
  const called = Object.values(functions).find(({ url, serviceConfig }) =>
    [url, serviceConfig.uri].includes(httpTarget?.uri ?? ""),
  );
  const policy = servicePolicies[called?.serviceConfig.service ?? ""];
  const identity = httpTarget?.oidcToken?.serviceAccountEmail ?? "";
  return membersOf(policy, "roles/run.invoker").includes(`serviceAccount:${identity}`);
}

function jobOf({ jobs }: FakeProject, job: string, flags: Flags): void {
  const { project = "", location = "" } = flags;
  const name = `projects/${project}/locations/${location}/jobs/${job}`;
  if (jobs[name] === undefined) throw notFound(name);
}

/** `--name value`, pairwise. */
function flagsOf(args: readonly string[]): Flags {
  const pairs = args.flatMap((arg, index) =>
    arg.startsWith("--") ? [[arg.slice(2), args[index + 1] ?? ""]] : [],
  );
  return Object.fromEntries(pairs) as Flags;
}

/** A call of the CLI as a person would write it down. */
export function describeGcloud(call: Call): string {
  return `gcloud ${(jsonBody(call) as string[]).join(" ")}`;
}
