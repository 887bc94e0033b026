/** The processes of this machine, as `ps` sees them. */
import { execFileSync } from "node:child_process";

export interface Process {
  readonly id: number;
  readonly group: number;
  /** Command and arguments. */
  readonly line: string;
}

/** All that run; a dead one that nobody has asked for yet does not. */
export function processes(): Process[] {
  const listing = execFileSync("ps", ["-A", "-ww", "-o", "pid=,pgid=,stat=,args="], {
    encoding: "utf8",
  });
  return listing.split("\n").flatMap((text) => {
    const [, id, group, state = "", line = ""] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(text) ?? [];
    return id === undefined || state.startsWith("Z")
      ? []
      : [{ id: Number(id), group: Number(group), line }];
  });
}

export function isRunning(id: number): boolean {
  return processes().some((each) => each.id === id);
}
