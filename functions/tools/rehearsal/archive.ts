/** The archive that functions are built from, as it was uploaded. */
import { unzipSync } from "fflate";

import type { FakeProject } from "./fakeProject.ts";

export interface Archive {
  /** Size as uploaded. */
  readonly bytes: number;
  /** Contents by path, as below functions/. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** @throws Error if the functions were not all made from one archive, or there is none */
export function archiveOf({ functions, uploads }: FakeProject, codebase: string): Archive {
  const sources = Object.values(functions)
    .filter(({ labels }) => labels?.["firebase-functions-codebase"] === codebase)
    .map(({ buildConfig }) => buildConfig.source?.storageSource)
    .map((source) => `${source?.bucket ?? ""}/${source?.object ?? ""}`);
  const [name = "", ...others] = new Set(sources);
  const upload = uploads[name];
  if (upload === undefined || others.length > 0) {
    throw new Error(`The functions of ${codebase} come from: ${[...new Set(sources)].join(", ")}`);
  }
  return { bytes: upload.byteLength, files: unzipSync(upload) };
}
