/**
 * What all tests of the rehearsal look at, made once: deployments one after the other into a project that
 * holds other things, an upgrade from the first version, `scripts/rehearse` in a user's own checkout, and
 * the archive of the first deployment, installed. What does not depend on each other runs at the same time.
 */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "../../../tools/paths.ts";
import type { FakeProject } from "../../../tools/rehearsal/fakeProject.ts";
import { Rehearsal, type Rehearsed } from "../../../tools/rehearsal/rehearsal.ts";
import { busyProject } from "./busyProject.ts";
import { commandInCheckout, type Commanded } from "./command.ts";
import { filesOf } from "./configuration.ts";
import { install, type Installation } from "./installation.ts";
import { SWEEP_JOB, toFirstVersion } from "./firstVersion.ts";

export interface World {
  readonly first: Rehearsed;
  /** After a change of CONFIG, and of grants by hand. */
  readonly second: Rehearsed;
  /** After `firebase functions:delete`, as docs/DEPLOYMENT.md says. */
  readonly removal: Rehearsed;
  /** From the first version, with its job, and after the job is deleted. */
  readonly upgrade: { readonly withJob: Rehearsed; readonly withoutJob: Rehearsed };
  /** `scripts/rehearse`, of a configuration with a database of its own. */
  readonly command: Commanded;
  readonly installed: Installation;
}

export const WORLD_MS = 240_000;

/** Somebody who was let in by hand, not in invokers.json. */
export const BY_HAND = "serviceAccount:by-hand@my-project.iam.gserviceaccount.com";

const FIRST = { projectId: "my-project", database: "(default)", observationPeriod: 3600 };
const SECOND = { ...FIRST, observationPeriod: 7200 };
const OTHER = { projectId: "other-project", database: "eventsync", observationPeriod: 3600 };

const cleanups: (() => Promise<void> | void)[] = [];
let world: Promise<World> | undefined;

after(async function () {
  this.timeout(WORLD_MS);
  for (const cleanup of cleanups) await cleanup();
});

export function rehearsed(): Promise<World> {
  return (world ??= build());
}

async function build(): Promise<World> {
  const rehearsal = await open(busyProject());
  // Another project of the same checkout: its files are not deployed.
  rehearsal.write({ ...filesOf(OTHER), ...filesOf(FIRST) });
  const first = await rehearsal.deploy();

  const archive = first.archive;
  if (archive === undefined) throw new Error(`nothing was deployed:\n${first.output}`);
  const built = join(rehearsal.staging.root, "functions/lib");
  const [{ second, removal }, upgrade, command, installed] = await Promise.all([
    redeployAndRemove(rehearsal),
    upgradeFrom(toFirstVersion(first.after), built),
    commandInCheckout(OTHER),
    install(archive),
  ]);
  cleanups.push(() => {
    installed.remove();
  });
  return { first, second, removal, upgrade, command, installed };
}

async function open(project: FakeProject): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.open(project);
  cleanups.push(() => rehearsal.close());
  return rehearsal;
}

async function redeployAndRemove(rehearsal: Rehearsal): Promise<Pick<World, "second" | "removal">> {
  const services = "projects/my-project/locations/us-central1/services";
  for (const name of ["event", "checkwindow", "alarm", "sweep"]) {
    const policy = rehearsal.cloud.project.servicePolicies[`${services}/${name}`];
    policy?.bindings.find(({ role }) => role === "roles/run.invoker")?.members.push(BY_HAND);
    policy?.bindings.push({ role: "roles/run.viewer", members: [BY_HAND] });
  }
  rehearsal.write({ ...filesOf(SECOND), "firebase.json": withoutPredeploy() });
  const second = await rehearsal.deploy();
  const remove = ["functions:delete", "eventsync", "--project", "my-project", "--force"];
  return { second, removal: await rehearsal.deploy(["firebase", ...remove]) };
}

async function upgradeFrom(project: FakeProject, built: string): Promise<World["upgrade"]> {
  const rehearsal = await open(project);
  cpSync(built, join(rehearsal.staging.root, "functions/lib"), { recursive: true });
  rehearsal.write({ ...filesOf(FIRST), "firebase.json": withoutPredeploy() });
  const withJob = await rehearsal.deploy();
  Reflect.deleteProperty(rehearsal.cloud.project.jobs, SWEEP_JOB);
  return { withJob, withoutJob: await rehearsal.deploy() };
}

/** What is built and checked already is not built and checked again. */
function withoutPredeploy(): string {
  const text = readFileSync(join(REPOSITORY_ROOT, "firebase.json"), "utf8");
  return JSON.stringify(
    JSON.parse(text, (key, value: unknown) => (key === "predeploy" ? undefined : value)),
  );
}
