import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackage } from '../adapters/gates/detect-gates.ts';
import { PawlError } from '../domain/refusal.ts';
import type { Gate } from '../ports/gates.ts';
import { findConfig } from './config.ts';
import type { Project } from './project.ts';
import { gatesOf, setupOf } from './settings.ts';

export interface InitChoices {
  /** Entries of the backlogs, relative to the root; empty when none was found. */
  readonly backlog: readonly string[];
  readonly agent: string;
}

/** Writes pawl.config.ts (or `.mts`) with what was found. Throws CONFIG-EXISTS: an existing configuration is never touched. */
export function writeConfig(project: Project, choices: InitChoices): string {
  const { root, config } = project;
  refuseExisting(root);
  // In a package that says it is CommonJS, a `.ts` file could not be a module.
  const file = join(root, readPackage(root)?.type === 'commonjs' ? 'pawl.config.mts' : 'pawl.config.ts');
  // A type that cannot be resolved would fail the project's own type check.
  const isTyped = existsSync(join(root, 'node_modules', 'pawl'));
  const text = renderConfig(choices, gatesOf(config, root), setupOf(config, root), isTyped);
  // `wx`: if somebody made the file meanwhile, theirs stays.
  writeFileSync(file, text, { flag: 'wx' });
  return file;
}

export function refuseExisting(root: string): void {
  const existing = findConfig(root);
  if (existing === undefined) return;
  throw new PawlError('CONFIG-EXISTS', `${existing} is there already`, {
    hint: 'Edit it; docs/reference/config.md lists every field.',
  });
}

function renderConfig(
  { backlog, agent }: InitChoices,
  gates: readonly Gate[],
  setup: string | undefined,
  isTyped: boolean,
): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const gateLines = gates.map(
    (gate) => `    ${/^[a-z]\w*$/.test(gate.name) ? gate.name : quote(gate.name)}: ${quote(gate.command)},`,
  );
  return [
    ...(isTyped ? ["import type { PawlConfig } from 'pawl';", ''] : []),
    'export default {',
    backlogLine(backlog.map(quote)),
    `  agent: ${quote(agent)},`,
    ...(gates.length === 0
      ? ['  // Commands that must pass on every commit before it lands.', "  // gates: { test: 'npm test' },"]
      : ['  gates: {', ...gateLines, '  },']),
    setup === undefined ? "  // setup: 'npm ci'," : `  setup: ${quote(setup)},`,
    "  parallel: 'auto',",
    isTyped ? '} satisfies PawlConfig;' : '};',
    '',
  ].join('\n');
}

function backlogLine([first, ...more]: readonly string[]): string {
  if (first === undefined) return "  // backlog: 'TASKS.md',";
  return `  backlog: ${more.length === 0 ? first : `[${[first, ...more].join(', ')}]`},`;
}
