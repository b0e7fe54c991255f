/** Recorded output of real agent programs, one file per situation; no part of the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { collection } from './corpora.ts';

export interface Transcripts {
  /** Undefined where the recordings are not at hand: tests of them are skipped, loudly. */
  readonly names: readonly string[] | undefined;
  linesOf(name: string): readonly string[];
}

/** What one agent printed, in the folder `transcripts` beside the collected backlogs. */
export function transcriptsOf(agent: string): Transcripts {
  const folder = path.join(collection, '..', 'transcripts', agent);
  const present = existsSync(folder);
  if (!present) console.warn(`skipped: the recorded output of ${agent} is not at hand (${folder})`);
  return {
    names: present
      ? readdirSync(folder).flatMap((file) => (file.endsWith('.jsonl') ? [file.slice(0, -6)] : []))
      : undefined,
    linesOf: (name) => readFileSync(path.join(folder, `${name}.jsonl`), 'utf8').split('\n'),
  };
}
