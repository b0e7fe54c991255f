import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProject, type Project } from '../../rig/repository.ts';

/** Stands in for Claude Code without a login: it has a version, and says what Claude Code says. */
const notLoggedIn = `#!/bin/sh
if [ "$1" = --version ]; then echo '2.1.97 (Claude Code)'; exit; fi
cat >/dev/null
echo '{"type":"assistant","is_api_error_message":true,"error":"authentication_failed","message":{"content":[{"type":"text","text":"Not logged in"}]}}'
echo '{"type":"result","subtype":"success","is_error":true,"result":"Not logged in"}'
exit 1
`;

async function projectWith(): Promise<Project> {
  const project = await createProject({
    tasks: [{ id: 'T-001' }],
    files: { 'tools/claude': notLoggedIn },
    config: {
      agent: 'claude',
      agents: { claude: { kind: 'claude', program: './tools/claude', surface: 'print' } },
    },
  });
  await chmod(join(project.root, 'tools/claude'), 0o755);
  await project.git(['commit', '-qam', 'make it executable']);
  return project;
}

const hint = 'Log in with `claude auth login`, or set ANTHROPIC_API_KEY or CLAUDE_CODE_OAUTH_TOKEN.';

describe.skipIf(process.platform === 'darwin')('an agent that is surely not logged in', () => {
  test('is warned of by doctor, with its version and what it cannot do', async () => {
    await using project = await projectWith();
    const program = join(project.root, 'tools/claude');
    const { stdout } = await project.run(['doctor']);
    const lines = stdout.split('\n');
    const at = lines.findIndex((line) => line.includes('agent claude'));
    expect(lines.slice(at, at + 3).map((line) => line.replace(/ {2,}/g, ' '))).toEqual([
      `! agent claude 2.1.97 (Claude Code) (${program}); not logged in; older than 2.1.328, which Pawl is tested with`,
      ' cannot be asked to stop: a stop ends its processes at once',
      ` → ${hint}`,
    ]);
    const found = JSON.parse((await project.run(['doctor', '--json'])).stdout) as {
      readonly findings: readonly { readonly subject: string }[];
    };
    expect(found.findings.find(({ subject }) => subject === 'agent claude')).toMatchObject({
      status: 'warning',
      agent: {
        program,
        version: '2.1.97 (Claude Code)',
        login: 'no',
        cannot: ['be asked to stop: a stop ends its processes at once'],
        capabilities: { cancel: 'forced', tokens: 'while-working', cost: 'reported', resume: true },
      },
    });
  });

  test('is warned of by a run, which then ends by what the agent says', async () => {
    await using project = await projectWith();
    const exit = await project.run(['run']);
    expect(exit.stdout + exit.stderr).toContain(
      `WARN::NOT-LOGGED-IN: agent claude finds no key and no login. ${hint}`,
    );
    expect(exit.exitCode).toBe(4);
  });
});

test('an agent with a key in its environment is not warned of', async () => {
  await using project = await projectWith();
  const env = { ANTHROPIC_API_KEY: 'dummy' };
  const { stdout } = await project.run(['doctor'], { env });
  expect(stdout).toMatch(/✓ agent claude +2\.1\.97/);
  const exit = await project.run(['run'], { env });
  expect(exit.stdout + exit.stderr).not.toContain('NOT-LOGGED-IN');
});

test.skipIf(process.platform === 'darwin')(
  'init takes an agent that may be logged in before one that surely is not, and says so of that one',
  async () => {
    await using project = await projectWith();
    await project.git(['rm', '--quiet', 'pawl.config.json']);
    project.write({ 'bin/codex': "#!/bin/sh\necho 'codex-cli 0.169.0'\n", 'bin/claude': notLoggedIn });
    for (const name of ['codex', 'claude']) await chmod(join(project.root, 'bin', name), 0o755);
    // Nothing else that is installed here may be found.
    const tools = join(project.folder, 'tools');
    await mkdir(tools);
    for (const name of ['sh', 'git', 'cat']) {
      const found = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      await symlink(found, join(tools, name));
    }
    const env = { PATH: `${join(project.root, 'bin')}:${tools}`, OPENAI_API_KEY: 'dummy' };
    const { stdout } = await project.run(['init'], { env });
    expect(stdout).toContain('  agent    codex\n');
    await rm(join(project.root, 'pawl.config.ts'));
    const claude = await project.run(['init', '--agent', 'claude'], { env });
    expect(claude.stdout).toContain(`  agent    claude (not logged in: ${hint})\n`);
  },
);
