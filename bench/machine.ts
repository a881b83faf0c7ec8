/** What a figure was taken on: without it, no figure means anything. */
import { arch, cpus, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly kernel: string;
  readonly date: string;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: (all[0]?.model ?? arch()).trim(),
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    kernel: release(),
    date: new Date().toISOString().slice(0, 10),
  };
}

export function machineLine({ cpu, cores, memoryGiB, node, kernel, date }: Machine): string {
  return `${date} · ${cpu}, ${cores} cores, ${memoryGiB} GiB · Node ${node} · Linux ${kernel}`;
}
