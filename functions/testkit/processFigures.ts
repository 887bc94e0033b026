/** What the system says of a process; only Linux does. */
import { existsSync, readFileSync } from "node:fs";

/** Resident set, in bytes: now, and the most so far. */
export interface MemoryUse {
  readonly now: number;
  readonly peak: number;
}

export function readMemory(pid: number | undefined): MemoryUse | undefined {
  const status = read(pid, "status");
  if (status === undefined) return undefined;
  const field = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

/** Clock ticks of a Linux process are hundredths of a second on every platform that Node.js runs on. */
export function readCpuSeconds(pid: number | undefined): number | undefined {
  const stat = read(pid, "stat");
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function read(pid: number | undefined, name: string): string | undefined {
  const path = `/proc/${String(pid)}/${name}`;
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
