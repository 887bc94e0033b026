/**
 * What all tests of the rehearsal look at, made once: a first deployment into a project that holds other
 * things, a second one after a change, one into a database of its own, and the first one's archive,
 * installed. Together they take half a minute; what does not depend on each other runs at the same time.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { REPOSITORY_ROOT } from "../../../tools/paths.ts";
import { emptyProject } from "../../../tools/rehearsal/fakeProject.ts";
import { Rehearsal, type Rehearsed } from "../../../tools/rehearsal/rehearsal.ts";
import { busyProject } from "./busyProject.ts";
import { filesOf } from "./configuration.ts";
import { install, type Installation } from "./installation.ts";

export interface World {
  readonly first: Rehearsed;
  /** After a change of CONFIG, and of grants by hand. */
  readonly second: Rehearsed;
  /** Into an empty project, and a database of its own. */
  readonly elsewhere: Rehearsed;
  readonly installed: Installation;
}

export const WORLD_MS = 240_000;

/** Somebody who was let in by hand, not in invokers.json. */
export const BY_HAND = "serviceAccount:by-hand@my-project.iam.gserviceaccount.com";

const first = { projectId: "my-project", database: "(default)", observationPeriod: 3600 };
const second = { ...first, observationPeriod: 7200 };
const elsewhere = { projectId: "other-project", database: "eventsync", observationPeriod: 3600 };

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
  const [rehearsal, other] = [
    await open(busyProject()),
    await open(emptyProject(elsewhere.projectId)),
  ];
  // Other projects of the same checkout: theirs is not deployed.
  rehearsal.write({ ...filesOf(elsewhere), ...filesOf(first) });
  const done = await rehearsal.deploy();

  const archive = done.archive;
  if (archive === undefined) throw new Error(`nothing was deployed:\n${done.output}`);
  const [again, there, installed] = await Promise.all([
    redeploy(rehearsal),
    deployElsewhere(other),
    install(archive),
  ]);
  cleanups.push(() => {
    installed.remove();
  });
  return { first: done, second: again, elsewhere: there, installed };
}

async function open(project: Parameters<typeof Rehearsal.open>[0]): Promise<Rehearsal> {
  const rehearsal = await Rehearsal.open(project);
  cleanups.push(() => rehearsal.close());
  return rehearsal;
}

async function redeploy(rehearsal: Rehearsal): Promise<Rehearsed> {
  const services = "projects/my-project/locations/us-central1/services";
  for (const name of ["event", "checkwindow", "sweep"]) {
    const policy = rehearsal.cloud.project.servicePolicies[`${services}/${name}`];
    policy?.bindings.find(({ role }) => role === "roles/run.invoker")?.members.push(BY_HAND);
    policy?.bindings.push({ role: "roles/run.viewer", members: [BY_HAND] });
  }
  rehearsal.write(filesOf(second));
  return rehearsal.deploy();
}

/** Rules and indexes go where firebase.json says. */
async function deployElsewhere(rehearsal: Rehearsal): Promise<Rehearsed> {
  const path = join(REPOSITORY_ROOT, "firebase.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as { firestore: object };
  const firestore = { ...config.firestore, database: elsewhere.database };
  rehearsal.write({
    ...filesOf(elsewhere),
    "firebase.json": JSON.stringify({ ...config, firestore }),
  });
  return rehearsal.deploy();
}
