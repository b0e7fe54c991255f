import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';

/** Where figures were measured; without it they mean nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly node: string;
  readonly git: string;
  /** Runnable processes over the last minute, before the measurement: near 0 on a quiet machine. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    git: execFileSync('git', ['version'], { encoding: 'utf8' }).replace('git version', '').trim(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
