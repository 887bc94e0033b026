import type { Rule } from "../../domain/rule.ts";
import { listSyncs } from "./listSyncs.ts";
import { readSync, type ReadSync } from "./readSync.ts";
import { resendSync, type Resent } from "./resendSync.ts";
import { tellStatus, type AskedStatus, type ServiceStatus } from "./tellStatus.ts";

/** Markers that are read at a time of a window that is too large to be read whole. */
export const SCAN_PAGE = 20;

type Deps = Parameters<typeof tellStatus>[0] &
  Parameters<typeof readSync>[0] &
  Parameters<typeof resendSync>[0];

/** What somebody who operates a service looks at, and what they have sent once more. */
export interface Overview {
  tellStatus(rule: Rule, asked: AskedStatus): Promise<ServiceStatus>;
  listSyncs(rule: Rule, asked: Parameters<typeof listSyncs>[2]): ReturnType<typeof listSyncs>;
  readSync(rule: Rule, syncId: string, asked: Parameters<typeof readSync>[3]): Promise<ReadSync>;
  resendSync(rule: Rule, syncId: string): Promise<Resent>;
}

export function makeOverview(deps: Deps): Overview {
  return {
    tellStatus: (rule, asked) => tellStatus(deps, rule, asked),
    listSyncs: (rule, asked) => listSyncs(deps, rule, asked),
    readSync: (rule, syncId, asked) => readSync(deps, rule, syncId, asked),
    resendSync: (rule, syncId) => resendSync(deps, rule, syncId),
  };
}
