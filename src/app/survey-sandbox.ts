/** What keeps agents apart from the person, for `doctor`. */
import { mergeSandbox } from '../adapters/sandbox/settings.ts';
import { agentNames } from './config.ts';
import { probeSandbox, sandboxOf } from './isolation.ts';
import type { Project } from './project.ts';
import type { Finding } from './survey.ts';

export async function surveySandbox({ config }: Project): Promise<readonly Finding[]> {
  const { mode, write, network } = mergeSandbox(config.sandbox);
  const exceptions = agentNames(config).flatMap((name) => {
    const own = sandboxOf(config, name).mode;
    return own === mode ? [] : [`; ${name}: ${own}`];
  });
  const finding = (status: Finding['status'], message: string, hint?: string): Finding => ({
    subject: 'sandbox',
    status,
    message: message + exceptions.join(''),
    ...(hint === undefined ? {} : { hint }),
  });
  if (mode === 'off')
    return [
      finding(
        'warning',
        'off: agents run with your rights, in a workspace and a home of their own',
        'See docs/guides/isolation.md.',
      ),
    ];
  const probe = await probeSandbox();
  if (probe.kind === 'missing') {
    const status = mode === 'require' ? 'fault' : 'warning';
    return [finding(status, `none, agents run with your rights: ${probe.message}`, probe.hint)];
  }
  const places = ['its workspace', 'its home', 'its TMPDIR', ...write].join(', ');
  return [
    finding(
      'ok',
      `${probe.version}: an agent writes to ${places} only, and does not see your home, your checkout, other workspaces`,
    ),
    network === 'all'
      ? {
          subject: 'network',
          status: 'warning',
          message: 'agents reach whatever you reach',
          hint: 'Name what they need in `sandbox.network`, such as `registry.npmjs.org`, and they reach nothing else.',
        }
      : {
          subject: 'network',
          status: 'ok',
          message: `agents reach the service of their model${network.map((host) => `, ${host}`).join('')}, and nothing else`,
        },
  ];
}
