import { lintRules, type LintFinding, type LintRule } from '../domain/plan-lint.ts';
import { paint } from './spans.ts';
import { counted, listed, plain } from './text.ts';

/** Findings under their rules, each with a way to mend it. Without a line break at the end. */
export function renderLint(findings: readonly LintFinding[], color: boolean): string {
  if (findings.length === 0) return 'Nothing to mend.';
  const parts = [...Map.groupBy(findings, (finding) => finding.rule)].map(([rule, same]) => {
    const heading = `${paint(rule, 'yellow', color)}  ${lintRules[rule]}`;
    const alike = Map.groupBy(same, ({ message, mend }) => `${message}\n${mend}`);
    return [heading, ...[...alike.values()].flatMap(findingLines)].join('\n');
  });
  return [...parts, counted(findings.length, 'finding')].join('\n\n');
}

/** Tasks of which the same is to be said share one entry. */
function findingLines(alike: readonly LintFinding[]): readonly string[] {
  const [first] = alike;
  if (first === undefined) return [];
  const tasks = listed(
    alike.map(({ task }) => task),
    8,
  );
  return [`  ${tasks} ${plain(first.message)}`, `    → ${plain(first.mend)}`];
}

/** How many findings each rule has; rules without any are left out. */
export function tallyLint(findings: readonly LintFinding[]): Readonly<Partial<Record<LintRule, number>>> {
  return Object.fromEntries(
    [...Map.groupBy(findings, (finding) => finding.rule)].map(([rule, same]) => [rule, same.length]),
  );
}
