/** A deployment, and those after it, of a copy of the repository to a project that does not exist. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { MUST_EXIST } from "../prerequisites.ts";
import { endGroup } from "../processGroup.ts";
import { archiveOf, type Archive } from "./archive.ts";
import { startInStaging, type Deployment, type Running } from "./deployment.ts";
import { FakeCloud } from "./fakeCloud.ts";
import type { FakeProject } from "./fakeProject.ts";
import type { Remarks } from "./report.ts";
import { makeStaging, removeStaging, type Staging } from "./staging.ts";
import { summarize, type Summary } from "./summary.ts";

/** The codebase of firebase.json. */
export const CODEBASE = "eventsync";

/** One deployment and what it did. */
export interface Rehearsed extends Deployment {
  readonly projectId: string;
  readonly before: FakeProject;
  readonly after: FakeProject;
  readonly summary: Summary;
  /** Undefined if it did not come to functions. */
  readonly archive: Archive | undefined;
}

const END_MS = 5_000;

export class Rehearsal {
  readonly staging: Staging;
  readonly cloud: FakeCloud;
  #running: Running | undefined;

  private constructor(staging: Staging, cloud: FakeCloud) {
    this.staging = staging;
    this.cloud = cloud;
  }

  /**
   * Copies the repository as it is now, and starts the stand-in. Close it.
   *
   * @throws Error if the repository cannot be copied
   */
  static async open(project: FakeProject): Promise<Rehearsal> {
    // The copy first: it can fail, and a stand-in that nobody has is never stopped.
    const staging = await makeStaging();
    return new Rehearsal(staging, await FakeCloud.start(project));
  }

  /** Writes files of the copy; paths as seen from the repository's root. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.staging.root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Runs `scripts/deploy`, or another command, in the copy. */
  async deploy(command?: readonly [string, ...string[]]): Promise<Rehearsed> {
    const { projectId } = this.cloud.project;
    const before = structuredClone(this.cloud.project);
    this.#running = await startInStaging(
      this.staging,
      this.cloud,
      command ?? ["node", "functions/tools/deploy.ts", "--project", projectId],
    );
    const deployment = await this.#running.ended;
    const after = structuredClone(this.cloud.project);
    const archive = isDeployed(after) ? archiveOf(after, CODEBASE) : undefined;
    return { ...deployment, projectId, before, after, summary: summarize(before, after), archive };
  }

  /** Ends the deployment that runs, if one does. */
  async interrupt(): Promise<void> {
    if (this.#running !== undefined) await endGroup(this.#running.group.id, "SIGTERM", END_MS);
  }

  /** Ends what still runs, and removes the copy. */
  async close(): Promise<void> {
    await this.interrupt();
    await this.cloud.stop();
    await removeStaging(this.staging);
  }
}

function isDeployed({ functions }: FakeProject): boolean {
  return Object.values(functions).some(
    ({ labels }) => labels?.["firebase-functions-codebase"] === CODEBASE,
  );
}

/** Lines that explain a failure; indented ones after them belong to them. */
const EXPLANATION = /^(?:deploy: problem: |gcloud: |Error: )/;
const LAST_LINES = 15;

/** Why a deployment did not go through, or proves nothing; empty if it went through. */
export function problemsOf({ exitCode, output, surprises }: Deployment): readonly string[] {
  if (exitCode === 0) return surprises;
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  let isExplained = false;
  const explained = lines.filter((line) => {
    isExplained = EXPLANATION.test(line) || (isExplained && /^\s/.test(line));
    return isExplained;
  });
  return [...surprises, ...(explained.length > 0 ? explained : lines.slice(-LAST_LINES))];
}

/** What there is to say about a deployment, in its own words. */
export function remarksOf(deployment: Deployment): Remarks {
  const lines = deployment.output.split("\n");
  const after = (prefix: string): string[] =>
    lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  return {
    problems: problemsOf(deployment),
    warnings: after("deploy: warning: "),
    mustExist: after(`deploy: ${MUST_EXIST}`),
  };
}
