/** The program `pawl-report` against the real channel: as a command, and as the MCP server that agents start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createReportChannel } from '../../src/adapters/report-channel/report-channel.ts';
import type { Report } from '../../src/domain/report.ts';
import type { ReportLine } from '../../src/ports/report-channel.ts';
import { err, ok } from '../../src/util/result.ts';

interface Place extends AsyncDisposable {
  readonly line: ReportLine;
  readonly taken: readonly Report[];
  readonly env: Readonly<Record<string, string>>;
}

async function attempt(refusal?: string): Promise<Place> {
  const channel = createReportChannel();
  const taken: Report[] = [];
  const line = await channel.open((report) => {
    if (refusal !== undefined) return err(refusal);
    taken.push(report);
    return ok(`Noted ${taken.length}.`);
  });
  if (!line.ok) throw new Error(line.error);
  return {
    line: line.value,
    taken,
    // Nothing of this process's environment, and a PATH on which the command finds its folder and its shell's tools.
    env: line.value.variables({ PATH: '/usr/bin:/bin' }),
    [Symbol.asyncDispose]: () => channel.close(),
  };
}

interface Exit {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Through the PATH, as an agent calls it. */
function call(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: readonly object[] = [],
): Promise<Exit> {
  const child = spawn('pawl-report', args, { env, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.end(input.map((message) => `${JSON.stringify(message)}\n`).join(''));
  return once(child, 'close').then(([exitCode]: readonly (number | null)[]) => ({
    exitCode: exitCode ?? null,
    stdout,
    stderr,
  }));
}

describe('pawl-report', () => {
  test.each<readonly [readonly string[], Report]>([
    [['progress', '40', 'tests next'], { type: 'progress', percent: 40, next: 'tests next' }],
    [['progress', '99.5%'], { type: 'progress', percent: 99.5, next: '' }],
    [
      ['criterion', 'AC-1', 'partly', 'src/x.ts:3', '--note', 'no test yet'],
      { type: 'criterion', id: 'AC-1', claim: 'partly', where: 'src/x.ts:3', note: 'no test yet' },
    ],
    [
      ['blocker', 'technical', 'no $(compiler)', '--tried', 'gcc; clang'],
      { type: 'blocker', kind: 'technical', message: 'no $(compiler)', tried: 'gcc; clang' },
    ],
    [
      ['gap', 'L1', 'which colour', '--assume', 'blue'],
      { type: 'gap', level: 'L1', missing: 'which colour', assumption: 'blue', options: [] },
    ],
    [
      ['gap', 'L2', 'which store', '--option', 'SQLite', '--option', 'files'],
      { type: 'gap', level: 'L2', missing: 'which store', assumption: '', options: ['SQLite', 'files'] },
    ],
    [['question', 'Why\nnot?'], { type: 'question', text: 'Why\nnot?' }],
  ])('%j is taken as it was meant', async (args, report) => {
    await using place = await attempt();
    expect(await call(args, place.env)).toEqual({ exitCode: 0, stdout: 'Noted 1.\n', stderr: '' });
    expect(place.taken).toEqual([report]);
  });

  test.each([
    [[], 'what do you report?'],
    [['done'], 'there is no report of the kind "done"'],
    [['progress', 'half'], 'the percentage is a number from 0 to 100, not "half"'],
    [['criterion', 'AC-1'], 'criterion: CLAIM is missing'],
    [['question', 'Why', 'not?'], 'question: "not?" is too much; put a text between quotes'],
    [['gap', 'L2', 'x', '--because', 'y'], "Unknown option '--because'"],
  ])('the call %j is wrong, and says how', async (args, message) => {
    await using place = await attempt();
    const exit = await call(args, place.env);
    expect(exit.exitCode).toBe(2);
    expect(exit.stderr).toContain(`pawl-report: ${message}`);
    expect(exit.stderr).toContain('Usage: pawl-report KIND');
    expect(place.taken).toEqual([]);
  });

  test('a report that is refused ends with 1 and the reason', async () => {
    await using place = await attempt('this task has no criterion AC9; its criteria are AC1');
    expect(await call(['criterion', 'AC9', 'met'], place.env)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'pawl-report: this task has no criterion AC9; its criteria are AC1\n',
    });
    const wrong = await call(['gap', 'L1', 'which colour'], place.env);
    expect(wrong).toMatchObject({ exitCode: 1 });
    expect(wrong.stderr).toContain('an L1 gap needs the assumption');
  });

  test('where nobody listens it ends with 3, and says that the task goes on without', async () => {
    await using place = await attempt();
    const { PAWL_REPORT_URL: _url, ...apart } = place.env;
    const alone = await call(['progress', '1'], apart);
    expect(alone.exitCode).toBe(3);
    expect(alone.stderr).toContain('PAWL_REPORT_URL is not set: this is not an attempt that Pawl started.');
    place.line.close();
    const late = await call(['progress', '1'], place.env);
    expect(late.exitCode).toBe(3);
    expect(late.stderr).toContain('an attempt that has ended cannot report');
    await place[Symbol.asyncDispose]();
    const gone = await call(['progress', '1'], place.env);
    expect(gone.exitCode).toBe(3);
    expect(gone.stderr).toContain('Go on with your task');
  });
});

describe('pawl-report mcp', () => {
  const hello = (protocolVersion: string) => ({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  });
  const use = (id: number, name: string, args: object) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  });

  async function talk(place: Place, messages: readonly object[]): Promise<ReadonlyMap<unknown, unknown>> {
    const exit = await call(['mcp'], place.env, messages);
    expect(exit).toMatchObject({ exitCode: 0, stderr: '' });
    const answers = exit.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: unknown; result?: unknown; error?: unknown });
    return new Map(answers.map(({ id, result, error }) => [id, result ?? error]));
  }

  test('takes a report per tool, before it ends with its input', async () => {
    await using place = await attempt();
    const answers = await talk(place, [
      hello('2025-06-18'),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      use(1, 'report_progress', { percent: 10, next: 'read' }),
    ]);
    expect(answers.size).toBe(2);
    expect(answers.get(0)).toMatchObject({ protocolVersion: '2025-06-18', capabilities: { tools: {} } });
    expect(answers.get(1)).toEqual({ content: [{ type: 'text', text: 'Noted 1.' }], isError: false });
    const rest = await talk(place, [
      use(1, 'report_blocker', { kind: 'requirement', message: 'two say different things' }),
      use(2, 'report_gap', { level: 'L2', missing: 'which', options: ['a', 'b'] }),
      use(3, 'report_criterion', { id: 'AC1', claim: 'met' }),
      use(4, 'ask_question', { text: 'Which?' }),
    ]);
    expect([...rest.values()].every((answer) => (answer as { isError: boolean }).isError)).toBe(false);
    expect(place.taken.map(({ type }) => type).toSorted()).toEqual([
      'blocker',
      'criterion',
      'gap',
      'progress',
      'question',
    ]);
  });

  test('offers its newest revision to a client that asks for one that it does not know', async () => {
    await using place = await attempt();
    const answers = await talk(place, [hello('1999-01-01')]);
    expect(answers.get(0)).toMatchObject({ protocolVersion: '2025-11-25', serverInfo: { name: 'pawl' } });
  });

  test('lists tools whose schemas say what the channel takes', async () => {
    await using place = await attempt();
    const answers = await talk(place, [{ jsonrpc: '2.0', id: 'a', method: 'tools/list' }]);
    const { tools } = answers.get('a') as {
      tools: readonly { name: string; description: string; inputSchema: Record<string, unknown> }[];
    };
    expect(tools.map(({ name, inputSchema }) => [name, inputSchema['required']])).toEqual([
      ['report_progress', ['percent']],
      ['report_blocker', ['kind', 'message']],
      ['report_gap', ['level', 'missing']],
      ['report_criterion', ['id', 'claim']],
      ['ask_question', ['text']],
    ]);
    for (const { description, inputSchema } of tools) {
      expect(description).not.toBe('');
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(inputSchema['properties']).not.toHaveProperty('type');
    }
  });

  test('tells the model of a refused report, and the client of what is no call', async () => {
    await using place = await attempt('no criterion AC9');
    const answers = await talk(place, [
      use(1, 'report_criterion', { id: 'AC9', claim: 'met' }),
      use(2, 'report_progress', { percent: 'half' }),
      use(3, 'complete_task', {}),
      { jsonrpc: '2.0', id: 4, method: 'server/discover' },
      { jsonrpc: '2.0', id: 5, method: 'ping' },
      { jsonrpc: '2.0', id: 6, method: 'tools/call', params: 'x' },
    ]);
    expect(answers.get(1)).toEqual({ content: [{ type: 'text', text: 'no criterion AC9' }], isError: true });
    expect(answers.get(2)).toMatchObject({ isError: true });
    expect(answers.get(3)).toMatchObject({ code: -32_602 });
    expect(answers.get(4)).toMatchObject({ code: -32_601 });
    expect(answers.get(5)).toEqual({});
    expect(answers.get(6)).toMatchObject({ code: -32_602 });
    expect(place.taken).toEqual([]);
  });
});
