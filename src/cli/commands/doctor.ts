import { openProject } from '../../app/project.ts';
import { survey } from '../../app/survey.ts';
import type { CommandContext, Output } from '../output.ts';

const ENVIRONMENT_REFUSED = 4;

export async function doctorCommand(context: CommandContext): Promise<Output> {
  const findings = await survey(await openProject(context.folder), context);
  const width = Math.max(...findings.map((finding) => finding.subject.length));
  const sign = { ok: '✓', warning: '!', fault: '✗' } as const;
  const lines = findings.flatMap(({ subject, status, message, hint }) => [
    `${sign[status]} ${subject.padEnd(width)}  ${message.split('\n').join(`\n  ${' '.repeat(width)}  `)}`,
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)}  → ${hint}`]),
  ]);
  const faults = findings.filter((finding) => finding.status === 'fault').length;
  const verdict =
    faults === 0
      ? 'Ready: type `pawl run`.'
      : `${faults} ${faults === 1 ? 'fault' : 'faults'} to mend before \`pawl run\`.`;
  return {
    exitCode: faults === 0 ? 0 : ENVIRONMENT_REFUSED,
    text: [...lines, '', verdict].join('\n'),
    json: { findings, faults },
  };
}
