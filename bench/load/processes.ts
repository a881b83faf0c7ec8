/** What a process costs, read from /proc: CPU time, memory, open files. Linux only; elsewhere undefined. */
import { readFileSync } from 'node:fs';

/** Ticks of /proc/<pid>/stat per second: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface Usage {
  /** User and system time so far, milliseconds; granularity 10. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** Undefined when the process is gone or this is not Linux. */
export function usageOf(pid: number | undefined): Usage | undefined {
  if (pid === undefined) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces: count from behind its bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
    const pages = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return { cpuMs, rssBytes: Number(pages?.[1] ?? 0) * 1_024 };
  } catch {
    return undefined; // no such process, or no /proc: the figure is left out
  }
}

/** How many files this process, and one it starts, may open; Infinity when not known. */
export function filesMax(): number {
  try {
    // Node raises its soft limit to the hard one as it starts.
    const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return hard === null ? Infinity : Number(hard[1]);
  } catch {
    return Infinity; // not Linux
  }
}
